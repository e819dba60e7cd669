import { useEffect, useRef } from 'preact/hooks';
import { shortcuts } from './use-shortcuts.ts';

/** The list of shortcuts, opened by ? and by the button of that name. */
export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const open = (event: Event) => {
      if (event.target instanceof Element && event.target.closest('[data-help]') !== null) dialog.current?.showModal();
    };
    window.addEventListener('click', open);
    return () => window.removeEventListener('click', open);
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="help-title">
      <h2 id="help-title">Keyboard</h2>
      <dl class="shortcuts">
        {shortcuts.map(({ keys, does }) => (
          <div key={keys}>
            <dt>
              {keys.split(/\s+/).map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog" class="row end">
        <button type="submit" class="button primary">
          Close
        </button>
      </form>
    </dialog>
  );
}
