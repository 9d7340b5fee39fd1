/** Dark or light, and the colours that are drawn, not styled. */

export type Theme = "dark" | "light";

export interface Palette {
  readonly hit: string;
  readonly cue: string;
  readonly wave: string;
  readonly own: string;
  readonly stretch: string;
  readonly faint: string;
}

const KEY = "ta-v2a:theme";

export function currentTheme(): Theme {
  const kept = localStorage.getItem(KEY);
  if (kept === "dark" || kept === "light") return kept;
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

export function applyTheme(theme: Theme, keep = false): void {
  document.documentElement.dataset.theme = theme;
  if (keep) localStorage.setItem(KEY, theme);
}

export function colorsOf(): Palette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    hit: read("--hit"),
    cue: read("--cue-fill"),
    wave: read("--wave"),
    own: read("--own"),
    stretch: read("--stretch"),
    faint: read("--faint"),
  };
}
