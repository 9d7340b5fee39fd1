/** The cue sheet as a table, in the form that `ta-v2a foley --cues` reads. */

import type { Doc } from "./model";

function cell(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** CSV with a heading: start_s,end_s,text,strength,negative. */
export function cueTable(doc: Doc): string {
  const rows = doc.cues
    .filter((cue) => cue.text.trim())
    .map((cue) =>
      [cue.start.toFixed(3), cue.end.toFixed(3), cell(cue.text.trim()), String(cue.strength), cell(cue.negative.trim())].join(","),
    );
  return ["start_s,end_s,text,strength,negative", ...rows, ""].join("\n");
}

/** Every hit as a marker: name, start. */
export function hitTable(doc: Doc): string {
  const rows = doc.onsets.map((onset) => [onset.time.toFixed(3), cell(onset.label || "hit")].join(","));
  return ["time_s,label", ...rows, ""].join("\n");
}
