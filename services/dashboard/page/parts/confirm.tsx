import { useEffect, useRef, useState } from 'preact/hooks';
import { type Action, actionAddress } from '../../addresses.ts';
import type { ActionAnswer } from '../../api/action-answer.ts';
import { usePage } from '../page-context.ts';
import { NoAnswerError } from '../source.ts';

type Subject = { readonly runId: string } | { readonly sweepId: string };

interface ActionsProps {
  readonly of: Subject;
  readonly name: string;
  readonly state: string;
}

const consequences: Readonly<Record<Action, string>> = {
  pause: 'What is under way is finished, and nothing new is begun until somebody resumes it.',
  resume: 'It goes on where it was paused, and spends again.',
  cancel: 'It ends here and cannot be resumed. What it has found so far is kept.',
};

/** What the caller may do with a run or a sweep, each after a question. Nothing for who may only look. */
export function Actions({ of, name, state }: ActionsProps) {
  const { session, source } = usePage();
  const [asked, setAsked] = useState<Action | undefined>(undefined);
  if (source.embedded !== undefined || session?.role !== 'run') return null;
  const actions = actionsIn(state);
  if (actions.length === 0) return null;
  return (
    <div class="row actions">
      {actions.map((action) => (
        <button key={action} type="button" class={`button ${action}`} onClick={() => setAsked(action)}>
          {titled(action)}
        </button>
      ))}
      {asked && <Confirm action={asked} of={of} name={name} close={() => setAsked(undefined)} />}
    </div>
  );
}

function actionsIn(state: string): readonly Action[] {
  if (state === 'running' || state === 'interrupted') return ['pause', 'cancel'];
  return state === 'paused' ? ['resume', 'cancel'] : [];
}

const titled = (action: Action) => `${action.slice(0, 1).toUpperCase()}${action.slice(1)}`;

interface ConfirmProps {
  readonly action: Action;
  readonly of: Subject;
  readonly name: string;
  readonly close: () => void;
}

function Confirm({ action, of, name, close }: ConfirmProps) {
  const { source, announce, live } = usePage();
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState('');
  const [trouble, setTrouble] = useState('');
  const [isSent, setSent] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const kind = 'runId' in of ? 'run' : 'sweep';
  const send = async (event: Event) => {
    event.preventDefault();
    setSent(true);
    try {
      const { state } = await source.send<ActionAnswer>('POST', actionAddress(of, action), { reason });
      announce(`${kind} ${name} is ${state}`);
      live.epoch.set(live.epoch.get() + 1);
      close();
    } catch (error) {
      setTrouble(error instanceof NoAnswerError ? error.message : String(error));
      setSent(false);
    }
  };
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="confirm-title">
      <form onSubmit={send}>
        <h2 id="confirm-title">
          {titled(action)} the {kind} <bdi>{name}</bdi>?
        </h2>
        <p>{consequences[action]}</p>
        {action !== 'resume' && (
          <label class="field">
            Reason, for others to read (may stay empty)
            <input value={reason} onInput={(event) => setReason(event.currentTarget.value)} maxLength={500} />
          </label>
        )}
        {trouble !== '' && (
          <p class="notice bad" role="alert">
            {trouble}
          </p>
        )}
        <div class="row end">
          <button type="button" class="button" onClick={close}>
            Leave it
          </button>
          <button type="submit" class={action === 'cancel' ? 'button danger' : 'button primary'} disabled={isSent}>
            {titled(action)} the {kind}
          </button>
        </div>
      </form>
    </dialog>
  );
}
