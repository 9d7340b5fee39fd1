import { describe, expect, it } from "vitest";
import { begun, revealed, voted, votesOf } from "../src/blind";
import { gainOf, matched } from "../src/level";
import { audible, isWhole } from "../src/mixer";
import { EMPTY, addCue, addOnset, changeCue } from "../src/model";
import { docOf, notYet, orderOf } from "../src/order";
import { cueTable, hitTable } from "../src/sheet";
import { shuttled } from "../src/shuttle";
import { clock, frames, labelStep, readTime, snapped } from "../src/timecode";

describe("levels", () => {
  it("come down to the quietest take, and never up", () => {
    const gains = matched([
      { key: "a", lufs: -20 },
      { key: "b", lufs: -26.5 },
      { key: "silent", lufs: null },
    ]);
    expect([...gains]).toEqual([["a", -6.5], ["b", 0], ["silent", 0]]);
    expect(gainOf(-6.0206)).toBeCloseTo(0.5, 4);
    expect([...matched([{ key: "a", lufs: null }])]).toEqual([["a", 0]]);
  });
});

describe("a blind trial", () => {
  it("is dealt out by chance, and anew after each vote", () => {
    expect(begun("a", "b", () => 0.2)).toMatchObject({ x: "a", y: "b", shown: false });
    const turned = begun("a", "b", () => 0.9);
    expect(turned).toMatchObject({ x: "b", y: "a" });
    const after = voted(voted(turned, "x", () => 0.9), "y", () => 0.1);
    expect([votesOf(after, "a"), votesOf(after, "b")]).toEqual([0, 2]);
    expect(revealed(after)).toMatchObject({ shown: true, votes: after.votes });
  });

  it("favours no side", () => {
    let first = 0;
    for (let i = 0; i < 4000; i += 1) first += begun("a", "b").x === "a" ? 1 : 0;
    expect(Math.abs(first - 2000)).toBeLessThan(200);
  });
});

describe("stems", () => {
  const strip = (key: string, muted = false, solo = false) => ({ key, muted, solo });
  it("obey mute and solo", () => {
    expect([...audible([strip("a"), strip("b", true)])]).toEqual(["a"]);
    expect([...audible([strip("a"), strip("b", false, true), strip("c", false, true)])]).toEqual(["b", "c"]);
    expect([...audible([strip("a", true, true), strip("b")])]).toEqual([]);
    expect(isWhole([strip("a"), strip("b")])).toBe(true);
    expect(isWhole([strip("a", true), strip("b")])).toBe(false);
    expect(isWhole([strip("a", false, true), strip("b", false, true)])).toBe(true);
  });
});

it("J, K and L double, turn and stop", () => {
  const rates = ["l", "l", "l", "l", "l", "j", "j", "k", "j"].reduce<number[]>(
    (all, key) => [...all, shuttled(all.at(-1) ?? 0, key as "j" | "k" | "l")],
    [],
  );
  expect(rates).toEqual([1, 2, 4, 8, 8, -1, -2, 0, -1]);
});

describe("times", () => {
  it("are written for people and read back", () => {
    expect([clock(0), clock(62.5), clock(3599.999)]).toEqual(["0:00.00", "1:02.50", "60:00.00"]);
    expect([frames(1.2, 25), frames(61, 29.97), frames(0.999, 25)]).toEqual(["00:01:05", "01:00:28", "00:00:24"]);
    expect(["1.5", "1:02.5", "0:01:02", "2,5", ".5", "", "1:x", "-1", "1:2:3:4"].map(readTime)).toEqual([
      1.5, 62.5, 62, 2.5, 0.5, null, null, null, null,
    ]);
    for (const time of [0, 0.01, 59.99, 61.23]) expect(readTime(clock(time))).toBeCloseTo(time, 9);
  });

  it("have labels with room between them", () => {
    expect([labelStep(1000), labelStep(100), labelStep(20), labelStep(1)]).toEqual([0.1, 1, 5, 120]);
    expect(snapped(1.03, 25)).toBeCloseTo(1.04, 9);
  });
});

describe("an order", () => {
  const can = new Set(["stems", "redo"]);
  it("holds what was edited and nothing else", () => {
    const doc = { ...EMPTY, prompt: " rain ", seed: "18446744073709551615", options: ["stems", "pan"] as const };
    const plain = orderOf("c1", doc, new Set());
    expect(plain).toMatchObject({ clip_id: "c1", prompt: "rain", hits: null, cues: [], seed: doc.seed, takes: 2 });
    expect("stems" in plain || "pan" in plain || "redo" in plain).toBe(false);
    expect(orderOf("c1", doc, new Set(["stems", "cuts"]))).toMatchObject({ stems: true, cuts: false });
    expect(orderOf("c1", EMPTY, new Set(["stems", "cuts"]))).toMatchObject({ stems: false, cuts: true });
    const edited = changeCue(addCue(addOnset(doc, 1.23456789, 8), 1, 2, 8, "a"), "a", { text: "glass" }, 8);
    const asked = orderOf("c1", addCue(edited, 3, 4, 8, "wordless"), can, { job_id: "j1", take: 2, start_s: 1, end_s: 2 });
    expect(asked).toMatchObject({ hits: [1.2346], takes: 1, stems: true, redo: { job_id: "j1", take: 2 } });
    expect("pan" in asked).toBe(false);
    expect(asked.cues).toEqual([{ start_s: 1, end_s: 2, text: "glass", strength: 1, negative: "" }]);
  });

  it("can be gone on from", () => {
    const cued = changeCue(addCue({ ...EMPTY, prompt: "rain", seed: "9007199254740993" }, 1, 2, 8, "a"), "a", { text: "glass" }, 8);
    const asked = JSON.parse(JSON.stringify(orderOf("c1", addOnset(cued, 3, 8), can)));
    const doc = docOf(asked);
    expect(doc).toMatchObject({ prompt: "rain", seed: "9007199254740995", takes: 2, onsetsEdited: true });
    expect(orderOf("c1", { ...doc, seed: asked.seed }, can)).toEqual(asked);
  });

  it("says what is missing", () => {
    expect(notYet(EMPTY)).toMatch("the picture decides");
    expect(notYet({ ...EMPTY, prompt: "rain" })).toBeNull();
    expect(notYet(addCue({ ...EMPTY, prompt: "rain" }, 1, 2, 8))).toMatch("no words yet");
  });
});

it("tables hold words with commas and quotes", () => {
  const doc = changeCue(addCue(EMPTY, 1, 2.5, 8, "a"), "a", { text: 'a "big", door', strength: 0.5 }, 8);
  expect(cueTable(doc)).toBe('start_s,end_s,text,strength,negative\n1.000,2.500,"a ""big"", door",0.5,\n');
  expect(hitTable(addOnset(doc, 0.5, 8))).toBe("time_s,label\n0.500,hit\n");
});
