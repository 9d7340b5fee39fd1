/** Where a film is dropped or chosen, and the films that are on the server already. */

import * as api from "./api";
import { fill, h } from "./dom";
import type { Store } from "./store";
import { clock } from "./timecode";

export class Home {
  readonly element: HTMLElement;
  private readonly input = h("input", { type: "file", accept: "video/*,.mkv,.mov,.avi,.mxf,.gif", class: "hidden-input", tabIndex: -1, "aria-hidden": "true" });
  private readonly progress = h("progress", { max: 1, value: 0, hidden: true, "aria-label": "Upload" });
  private readonly list = h("div", { class: "recent" });

  constructor(private readonly store: Store) {
    this.input.addEventListener("change", () => {
      const file = this.input.files?.[0];
      if (file) void this.take(file);
      this.input.value = "";
    });
    this.element = h(
      "main",
      { class: "home" },
      h(
        "div",
        { class: "drop" },
        h("h1", {}, "Drop a film here"),
        h("p", {}, "Say what is heard; the picture says when. Nothing leaves this server."),
        h("button", { type: "button", class: "primary", onClick: () => this.input.click() }, "Choose a film …"),
        this.progress,
        this.input,
      ),
      this.list,
    );
    this.catchDrops();
  }

  private catchDrops(): void {
    const over = (on: boolean) => document.body.classList.toggle("dropping", on);
    window.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      over(true);
    });
    window.addEventListener("dragleave", (event) => event.relatedTarget === null && over(false));
    window.addEventListener("drop", (event) => {
      over(false);
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      void this.take(file);
    });
  }

  choose(): void {
    this.input.click();
  }

  /** Sends a film and opens it. */
  async take(file: File): Promise<void> {
    const { store } = this;
    this.progress.hidden = false;
    store.say(`Sending ${file.name} …`);
    try {
      const clip = await api.upload(file, (share) => {
        this.progress.value = share;
      });
      await store.open(clip);
      store.say(`${clip.name} is open.`);
    } catch (error) {
      store.wrong(error);
    } finally {
      this.progress.hidden = true;
    }
  }

  async refresh(): Promise<void> {
    try {
      const clips = await api.clips();
      fill(
        this.list,
        clips.length > 0 && h("h2", {}, "On this server"),
        ...clips.slice(0, 12).map((clip) =>
          h(
            "button",
            { type: "button", class: "recent-clip", onClick: () => void this.store.open(clip) },
            h("img", { src: api.framesUrl(clip.id, 3, 54), alt: "", loading: "lazy" }),
            h("span", {}, clip.name),
            h("small", {}, `${clock(clip.duration_s)}, ${clip.width} × ${clip.height}`),
          ),
        ),
      );
    } catch (error) {
      this.store.wrong(error);
    }
  }
}
