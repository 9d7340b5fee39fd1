/** A lane of the timeline: regions of wavesurfer.js over nothing, that a keyboard and a screen reader reach. */

import WaveSurfer from "wavesurfer.js";
import Regions, { type Region } from "wavesurfer.js/plugins/regions";

type RegionsPlugin = ReturnType<typeof Regions.create>;

export interface Piece {
  readonly id: string;
  readonly start: number;
  /** None for a point in time. */
  readonly end?: number;
  readonly color: string;
  readonly text: string;
  readonly label: string;
  readonly chosen: boolean;
}

export interface LaneEvents {
  readonly chosen: (id: string) => void;
  readonly moved: (id: string, start: number, end: number) => void;
  readonly drawn?: (start: number, end: number) => void;
  readonly clicked: (time: number) => void;
  readonly doubled?: (time: number) => void;
  readonly opened?: (id: string) => void;
}

export class Lane {
  /** The piece that is about to get the keyboard. */
  static awaited: string | null = null;
  private readonly surfer: WaveSurfer;
  private readonly regions: RegionsPlugin;
  private pieces: readonly Piece[] = [];
  private readonly colors = new Map<string, string>();
  private filling = false;
  private ready = false;

  /**
   * @param place where it is drawn, as wide as the clip is long
   * @param height in pixels
   * @param events what a person does to it
   * @param color of a stretch while it is drawn; without one nothing can be drawn
   */
  constructor(
    readonly place: HTMLElement,
    height: number,
    duration: number,
    private readonly events: LaneEvents,
    color: string | null,
  ) {
    this.surfer = WaveSurfer.create({
      container: place,
      height,
      peaks: [new Float32Array(2)],
      duration,
      waveColor: "transparent",
      progressColor: "transparent",
      cursorWidth: 0,
      hideScrollbar: true,
      interact: true,
    });
    this.regions = this.surfer.registerPlugin(Regions.create());
    this.surfer.on("ready", () => {
      this.ready = true;
      if (color && events.drawn) this.regions.enableDragSelection({ color }, 4);
      this.fill();
    });
    this.surfer.on("click", (x) => events.clicked(x * duration));
    place.addEventListener("dblclick", (event) => this.doubled(event, duration));
    this.regions.on("region-created", (region) => {
      if (this.filling || !events.drawn) return;
      const { start, end } = region;
      region.remove();
      events.drawn(start, end);
    });
    this.regions.on("region-updated", (region) => events.moved(region.id, region.start, region.end));
    this.regions.on("region-clicked", (region, event) => {
      event.stopPropagation();
      events.chosen(region.id);
    });
    this.regions.on("region-double-clicked", (region, event) => {
      event.stopPropagation();
      events.opened?.(region.id);
    });
  }

  private doubled(event: MouseEvent, duration: number): void {
    const onPiece = event.composedPath().some((each) => each instanceof HTMLElement && each.dataset.piece);
    const { left, width } = this.place.getBoundingClientRect();
    if (!onPiece) this.events.doubled?.(((event.clientX - left) / width) * duration);
  }

  /** Shows pieces in place of those before; the one that had the keyboard keeps it. Where only the choice is
   * another one they are left as they are: one of them may be in the hand. */
  show(pieces: readonly Piece[]): void {
    const drawn = this.drawn(pieces) === this.drawn(this.pieces);
    this.pieces = pieces;
    if (!this.ready) return;
    if (drawn) for (const region of this.regions.getRegions()) this.mark(region);
    else this.fill();
  }

  private drawn(pieces: readonly Piece[]): string {
    return JSON.stringify(pieces.map((piece) => ({ ...piece, chosen: false })));
  }

  private mark(region: Region): void {
    const piece = this.pieces.find((each) => each.id === region.id);
    const { element } = region;
    if (!piece || !element) return;
    element.setAttribute("aria-pressed", String(piece.chosen));
    const head = element.querySelector<HTMLElement>("[data-head]");
    if (head) head.style.boxShadow = piece.chosen ? "0 0 0 2px var(--text)" : "none";
    else element.style.boxShadow = piece.chosen ? "inset 0 0 0 1.5px var(--text)" : "none";
  }

  /** Draws what is new, moves what is there: a piece that has the keyboard keeps it. */
  private fill(): void {
    const wanted = new Map(this.pieces.map((piece) => [piece.id, piece]));
    this.filling = true;
    for (const region of [...this.regions.getRegions()]) {
      const piece = wanted.get(region.id);
      if (!piece || this.colors.get(piece.id) !== piece.color) {
        region.remove();
        continue;
      }
      wanted.delete(piece.id);
      region.setOptions(piece.end === undefined ? { start: piece.start } : { start: piece.start, end: piece.end });
      if (region.content && region.content.textContent !== piece.text) region.content.textContent = piece.text;
      this.name(region, piece);
    }
    for (const piece of wanted.values()) this.draw(piece);
    this.filling = false;
  }

  private name(region: Region, piece: Piece): void {
    region.element?.setAttribute("aria-label", piece.label);
    if (region.element) region.element.title = piece.label;
    this.mark(region);
  }

  private draw(piece: Piece): void {
    const content = document.createElement("span");
    content.textContent = piece.text;
    const region = this.regions.addRegion({
      id: piece.id,
      start: piece.start,
      ...(piece.end === undefined ? { resize: false } : { end: piece.end, minLength: 0.05, content }),
      color: piece.color,
      drag: true,
    });
    this.dress(region, piece);
  }

  private dress(region: Region, piece: Piece): void {
    const { element } = region;
    if (!element) return;
    element.tabIndex = 0;
    element.dataset.piece = piece.id;
    element.setAttribute("role", "button");
    this.colors.set(piece.id, piece.color);
    const point = piece.end === undefined;
    element.style.boxSizing = "border-box";
    element.style.overflow = point ? "visible" : "hidden";
    element.style.outlineOffset = "1px";
    element.style.borderRadius = "3px";
    if (point) this.pin(element, piece);
    this.name(region, piece);
    element.addEventListener("focus", () => this.events.chosen(piece.id));
  }

  /** A point in time as a pin: a line with a head that can be gripped. */
  private pin(element: HTMLElement, piece: Piece): void {
    element.style.borderLeft = `2px solid ${piece.color}`;
    element.style.backgroundColor = "transparent";
    element.style.width = "0";
    const head = document.createElement("span");
    head.style.cssText =
      `position:absolute;left:calc(-1px - var(--pin) / 2);bottom:3px;width:var(--pin);height:var(--pin);` +
      `transform:rotate(45deg);border-radius:2px;` +
      `background:${piece.color};cursor:grab;box-sizing:border-box;`;
    head.dataset.head = "";
    const grip = document.createElement("span");
    grip.style.cssText = "position:absolute;left:-9px;top:0;width:18px;height:100%;cursor:grab";
    element.append(grip, head);
  }

  /** Hands the keyboard to a piece; wavesurfer.js puts a new one on the page a moment later. */
  focus(id: string, patience = 20): void {
    const region = this.regions.getRegions().find((each) => each.id === id);
    Lane.awaited = null;
    if (region?.element?.isConnected) region.element.focus({ preventScroll: true });
    else if (patience > 0) {
      Lane.awaited = id;
      requestAnimationFrame(() => Lane.awaited === id && this.focus(id, patience - 1));
    }
  }

  destroy(): void {
    this.surfer.destroy();
  }
}
