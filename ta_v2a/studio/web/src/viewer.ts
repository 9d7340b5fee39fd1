/** The picture, and what drives it. */

import { filmUrl, framesUrl } from "./api";
import { fill, h, icon, iconButton } from "./dom";
import type { Store } from "./store";
import { clock, frames } from "./timecode";

export class Viewer {
  readonly element: HTMLElement;
  private readonly still = h("img", { class: "still", alt: "", hidden: true });
  private readonly time = h("output", { class: "time", "aria-label": "Playhead" });
  private readonly playButton: HTMLButtonElement;
  private readonly speed = h("span", { class: "speed" });
  private readonly meter = h("span", { class: "meter-level" });
  private readonly badge = h("span", { class: "badge" });
  private clipId = "";
  private wanted = -1;
  private busy = false;

  constructor(
    private readonly store: Store,
    private readonly video: HTMLVideoElement,
  ) {
    const { player } = store;
    video.setAttribute("aria-label", "Picture of the clip");
    video.playsInline = true;
    video.preload = "auto";
    video.addEventListener("error", () => this.fallBack());
    video.addEventListener("click", () => player.toggle());
    this.playButton = h("button", { type: "button", class: "play", onClick: () => player.toggle() });
    const step = (by: number) => player.seek(player.place + by / (store.clip?.fps ?? 25));
    const bar = h(
      "div",
      { class: "transport", role: "toolbar", "aria-label": "Transport" },
      iconButton("start", "To the beginning", () => player.seek(0), "Home"),
      iconButton("left", "One picture back", () => step(-1), "←"),
      this.playButton,
      iconButton("right", "One picture on", () => step(1), "→"),
      this.time,
      this.speed,
      h("span", { class: "grow" }),
      h("span", { class: "meter", role: "img", "aria-label": "Level of what is heard" }, this.meter),
      this.badge,
    );
    this.element = h("section", { class: "viewer", "aria-label": "Picture" }, h("div", { class: "screen" }, video, this.still), bar);
    player.addEventListener("place", () => this.placed());
    player.addEventListener("state", () => this.drawState());
    store.addEventListener("change", () => this.draw());
    this.drawState();
  }

  private draw(): void {
    const { clip, heard, trial, side } = this.store;
    if (clip && clip.id !== this.clipId) {
      this.clipId = clip.id;
      this.still.hidden = true;
      this.video.hidden = false;
      this.video.src = filmUrl(clip.id);
      this.placed();
    }
    this.badge.textContent = trial && !trial.shown ? `Side ${side.toUpperCase()}` : heard ? `Take ${heard.letter}` : "No take yet";
  }

  private drawState(): void {
    const { player } = this.store;
    const playing = player.playing;
    fill(this.playButton, icon(playing ? "pause" : "play"));
    this.playButton.setAttribute("aria-label", playing ? "Pause" : "Play");
    this.playButton.title = `${playing ? "Pause" : "Play"} (space)`;
    this.speed.textContent = playing && player.speed !== 1 ? `${player.speed > 0 ? "" : "−"}${Math.abs(player.speed)}×` : "";
    if (!playing) this.meter.style.transform = "scaleX(0)";
  }

  private placed(): void {
    const { player, clip } = this.store;
    const { place } = player;
    this.time.textContent = `${frames(place, clip?.fps ?? 25)}  ${clock(place)}`;
    const level = player.level();
    const db = level > 0 ? 20 * Math.log10(level) : -60;
    this.meter.style.transform = `scaleX(${Math.max(0, (db + 60) / 60).toFixed(3)})`;
    if (!this.still.hidden) void this.showStill(place);
  }

  /** A film that the browser cannot show: its pictures come from the server, one at a time. */
  private fallBack(): void {
    if (!this.store.clip) return;
    this.video.hidden = true;
    this.still.hidden = false;
    this.store.say("The browser cannot show this film's coding: single pictures are shown.");
    void this.showStill(this.store.player.place);
  }

  private async showStill(place: number): Promise<void> {
    const { clip } = this.store;
    this.wanted = place;
    if (this.busy || !clip) return;
    this.busy = true;
    const start = Math.min(place, Math.max(0, clip.duration_s - 1 / clip.fps));
    this.still.src = framesUrl(clip.id, 1, 360, start, start + 0.5 / clip.fps);
    await this.still.decode().catch(() => undefined);
    this.busy = false;
    if (Math.abs(this.wanted - place) > 1e-4) void this.showStill(this.wanted);
  }
}
