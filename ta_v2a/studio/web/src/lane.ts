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
  private readonly surfer: WaveSurfer;
  private readonly regions: RegionsPlugin;
  private pieces: readonly Piece[] = [];
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
    this.surfer.on("dblclick", (x) => events.doubled?.(x * duration));
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

  private focused(): string | null {
    const shadow = this.surfer.getWrapper().getRootNode() as ShadowRoot;
    return (shadow.activeElement as HTMLElement | null)?.dataset.piece ?? null;
  }

  private fill(): void {
    const focused = this.focused();
    this.filling = true;
    this.regions.clearRegions();
    for (const piece of this.pieces) this.draw(piece);
    this.filling = false;
    if (focused) this.focus(focused);
  }

  private draw(piece: Piece): void {
    const content = document.createElement("span");
    content.textContent = piece.text;
    content.setAttribute("part", "words");
    const region = this.regions.addRegion({
      id: piece.id,
      start: piece.start,
      ...(piece.end === undefined ? { resize: false } : { end: piece.end, minLength: 0.05 }),
      color: piece.color,
      content,
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
    element.setAttribute("aria-label", piece.label);
    element.title = piece.label;
    const point = piece.end === undefined;
    element.style.boxSizing = "border-box";
    element.style.overflow = point ? "visible" : "hidden";
    element.style.outlineOffset = "1px";
    element.style.borderRadius = "3px";
    if (point) this.pin(element, piece);
    this.mark(region);
    element.addEventListener("focus", () => this.events.chosen(piece.id));
  }

  /** A point in time as a pin: a line with a head that can be gripped. */
  private pin(element: HTMLElement, piece: Piece): void {
    element.style.borderLeft = `2px solid ${piece.color}`;
    element.style.backgroundColor = "transparent";
    element.style.width = "0";
    const head = document.createElement("span");
    head.style.cssText =
      `position:absolute;left:-7px;bottom:3px;width:12px;height:12px;transform:rotate(45deg);border-radius:2px;` +
      `background:${piece.color};cursor:grab;box-sizing:border-box;`;
    head.dataset.head = "";
    const grip = document.createElement("span");
    grip.style.cssText = "position:absolute;left:-9px;top:0;width:18px;height:100%;cursor:grab";
    element.append(grip, head);
  }

  /** Hands the keyboard to a piece. */
  focus(id: string): void {
    const region = this.regions.getRegions().find((each) => each.id === id);
    region?.element?.focus({ preventScroll: true });
  }

  destroy(): void {
    this.surfer.destroy();
  }
}
