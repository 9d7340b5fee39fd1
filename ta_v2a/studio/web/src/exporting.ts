/** What leaves the page: film, sound, stems, cue sheet. */

import type { Job } from "./api";
import { fill, h } from "./dom";
import { cueTable, hitTable } from "./sheet";
import type { Store } from "./store";

function size(bytes: number): string {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function saved(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export class ExportDialog {
  readonly element = h("dialog", { class: "dialog", "aria-labelledby": "export-title" });

  constructor(private readonly store: Store) {}

  open(): void {
    const { store } = this;
    const { take, clip, doc } = store;
    if (!clip) return;
    const stem = clip.name.replace(/\.[^.]*$/, "");
    const job = store.jobs.find((each) => each.id === take?.jobId);
    fill(
      this.element,
      h("h2", { id: "export-title" }, take ? `Export take ${take.letter}` : "Export"),
      take && job ? this.files(job, take.film, take.wav) : h("p", { class: "note" }, "There is no take yet."),
      h(
        "div",
        { class: "files" },
        h("button", { type: "button", disabled: !doc.cues.length, onClick: () => saved(`${stem}.cues.csv`, cueTable(doc)) }, "Cue sheet (CSV)"),
        h("button", { type: "button", disabled: !doc.onsets.length, onClick: () => saved(`${stem}.hits.csv`, hitTable(doc)) }, "Hits (CSV)"),
      ),
      h("div", { class: "line" }, h("span", { class: "grow" }), h("button", { type: "button", onClick: () => this.element.close() }, "Close")),
    );
    this.element.showModal();
  }

  private files(job: Job, film: string | null, wav: string): HTMLElement {
    const names = new Map([
      [film, "Film with this sound"],
      [wav, "Sound alone, 48 kHz, 24 bit"],
    ]);
    for (const take of this.store.takes) for (const stem of take.stems) names.set(stem.url, `Stem: ${stem.name}`);
    const own = this.store.take;
    const mine = new Set<string | null>([film, wav, ...(own?.stems.map((stem) => stem.url) ?? [])]);
    const others = new Set(this.store.takes.filter((take) => take !== own).flatMap((take) => [take.film, take.wav, ...take.stems.map((stem) => stem.url)]));
    const rows = job.files.filter((file) => mine.has(file.url) || !others.has(file.url));
    const order = (url: string) => (url === film ? 0 : url === wav ? 1 : mine.has(url) ? 2 : 3);
    return h(
      "div",
      { class: "files" },
      ...[...rows]
        .sort((a, b) => order(a.url) - order(b.url))
        .map((file) =>
          h(
            "a",
            { class: file.url === film ? "button primary" : "button", href: `${file.url}?download=true`, download: file.name },
            h("span", {}, names.get(file.url) ?? file.name),
            h("small", {}, `${file.name}, ${size(file.bytes)}`),
          ),
        ),
    );
  }
}
