import { useEffect, useState } from 'preact/hooks';

const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const place = 'scale-theme';
const signs: Readonly<Record<Theme, string>> = { system: '◐', light: '☀', dark: '☾' };

/** As the system has it, unless somebody has chosen here. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(chosen);
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
  const choose = () => {
    setTheme(next);
    try {
      localStorage.setItem(place, next);
    } catch {
      // A browser that keeps nothing: the choice holds for this page.
    }
  };
  return (
    <button
      type="button"
      class="icon"
      data-theme-switch
      onClick={choose}
      aria-label={`Colours: ${theme}; change to ${next}`}
      title={`Colours: ${theme} (t)`}
    >
      <span aria-hidden="true">{signs[theme]}</span>
    </button>
  );
}

function chosen(): Theme {
  try {
    const kept = localStorage.getItem(place);
    return themes.find((theme) => theme === kept) ?? 'system';
  } catch {
    return 'system';
  }
}
