/** Elements in few words. */

type Child = Node | string | null | undefined | false;
type Props = Record<string, unknown>;

/** An element: `on…` are listeners, `class`, `style` and data and aria names are attributes, others properties. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2).toLowerCase(), value as EventListener);
    else if (name in element && !name.includes("-") && name !== "style" && name !== "list" && name !== "form")
      (element as unknown as Props)[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false));
  return element;
}

const PATHS: Record<string, string> = {
  play: "M5 3v14l11-7z",
  pause: "M5 3h4v14H5zM11 3h4v14h-4z",
  undo: "M8 4 3 9l5 5v-3.5c4 0 6.5 1.3 8.5 4.5-.5-5-3.5-7.5-8.5-8z",
  redo: "m12 4 5 5-5 5v-3.5c-4 0-6.5 1.3-8.5 4.5.5-5 3.5-7.5 8.5-8z",
  start: "M4 4h2v12H4zM16 4v12L7 10z",
  left: "M13 4v12L6 10z",
  right: "M7 4v12l7-6z",
  save: "M9 3h2v7h3l-4 4-4-4h3zM4 15h12v2H4z",
  theme: "M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16zm0 2v12a6 6 0 0 1 0-12z",
  help: "M9 14h2v2H9zM10 4a4 4 0 0 0-4 4h2a2 2 0 1 1 3 1.7c-1.3.8-2 1.5-2 3.3h2c0-1 .4-1.3 1.2-1.9A4 4 0 0 0 10 4z",
  plus: "M9 4h2v5h5v2h-5v5H9v-5H4V9h5z",
  bin: "M7 3h6l1 2h3v2H3V5h3zM5 8h10l-1 9H6z",
  out: "M8 8a6 6 0 1 1-5 5z",
};

/** A picture of 20 by 20 that screen readers pass over. */
export function icon(name: keyof typeof PATHS | string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name] ?? "");
  svg.append(path);
  return svg;
}

export function iconButton(name: string, label: string, action: () => void, keys = ""): HTMLButtonElement {
  const title = keys ? `${label} (${keys})` : label;
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title, onClick: action }, icon(name));
}

/** Puts children into an element in place of those that it has. */
export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren(...children.filter((child): child is Node | string => !!child));
}

/** Whether a key belongs to what is being typed. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "range"].includes(target.type);
}
