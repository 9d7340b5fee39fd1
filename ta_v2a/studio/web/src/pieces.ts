/** Hits and cues as the lanes of the timeline show them, with names for screen readers. */

import type { Piece } from "./lane";
import type { Cue, Onset } from "./model";
import { clock } from "./timecode";

export function hitPieces(onsets: readonly Onset[], chosen: string | undefined, color: string): Piece[] {
  return onsets.map((each) => {
    const sure = each.sureness < 1 ? `, ${Math.round(each.sureness * 100)} % sure` : "";
    const name = each.label ? `, ${each.label}` : "";
    return {
      id: each.id,
      start: each.time,
      color,
      text: "",
      label: `Hit at ${clock(each.time)}${name}${sure}`,
      chosen: chosen === each.id,
    };
  });
}

export function cuePieces(cues: readonly Cue[], chosen: string | undefined, color: string): Piece[] {
  return cues.map((each) => {
    const words = each.text || "no words yet";
    return {
      id: each.id,
      start: each.start,
      end: each.end,
      color,
      text: words,
      label: `Cue from ${clock(each.start)} to ${clock(each.end)}: ${words}`,
      chosen: chosen === each.id,
    };
  });
}
