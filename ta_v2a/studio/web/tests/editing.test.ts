import { describe, expect, it } from "vitest";
import { History } from "../src/history";
import {
  EMPTY,
  LAST_SEED,
  addCue,
  addOnset,
  changeCue,
  moveOnset,
  nextPlace,
  readSeed,
  removeCue,
  removeOnset,
  seedAfter,
  seen,
  shifted,
  stretch,
} from "../src/model";

const onset = (id: string, time: number) => ({ id, time, sureness: 0.5, label: "knock" });

describe("onsets", () => {
  it("are the picture's until a person edits them", () => {
    const found = seen(EMPTY, [onset("b", 2), onset("a", 1)]);
    expect(found.onsets.map((each) => each.id)).toEqual(["a", "b"]);
    expect(found.onsetsEdited).toBe(false);
    const moved = moveOnset(found, "a", 3, 8);
    expect(moved.onsets.map((each) => [each.id, each.time])).toEqual([["b", 2], ["a", 3]]);
    expect(seen(moved, [onset("c", 5)])).toBe(moved);
  });

  it("stay inside of the clip and leave the value before alone", () => {
    const one = addOnset(EMPTY, 99, 8, "late");
    expect(one.onsets[0].time).toBe(8);
    expect(moveOnset(one, "late", -1, 8).onsets[0].time).toBe(0);
    expect(removeOnset(one, "late").onsets).toEqual([]);
    expect(one.onsets).toHaveLength(1);
    expect(EMPTY.onsets).toHaveLength(0);
  });
});

describe("cues", () => {
  it("are drawn from either side, and are never empty", () => {
    expect(stretch(3, 1, 8)).toEqual([1, 3]);
    expect(stretch(8, 8, 8)).toEqual([7.95, 8]);
    expect(stretch(2, 2, 8)).toEqual([2, 2.05]);
    expect(stretch(-1, 99, 8)).toEqual([0, 8]);
    const [start, end] = stretch(0.01, 0.02, 0.03);
    expect(start).toBe(0);
    expect(end).toBeCloseTo(0.03);
  });

  it("keep their order and their words", () => {
    const two = addCue(addCue(EMPTY, 4, 5, 8, "late"), 1, 2, 8, "early");
    expect(two.cues.map((cue) => cue.id)).toEqual(["early", "late"]);
    const moved = changeCue(two, "early", { start: 6, end: 7, text: "rain" }, 8);
    expect(moved.cues.map((cue) => [cue.id, cue.text])).toEqual([["late", ""], ["early", "rain"]]);
    expect(removeCue(moved, "late").cues.map((cue) => cue.id)).toEqual(["early"]);
  });

  it("are moved as far as the clip goes, with their length", () => {
    expect(shifted({ start: 6, end: 7.5 }, 4, 8)).toEqual([6.5, 8]);
    expect(shifted({ start: 1, end: 2 }, -4, 8)).toEqual([0, 1]);
  });
});

it("the next place is the nearest one ahead", () => {
  const doc = addCue(addOnset(EMPTY, 2, 8), 3, 5, 8);
  expect([0, 2, 3, 5, 8].map((from) => nextPlace(doc, from, 1, 8))).toEqual([2, 3, 5, 8, 8]);
  expect([8, 5, 3, 2, 0].map((from) => nextPlace(doc, from, -1, 8))).toEqual([5, 3, 2, 0, 0]);
});

it("seeds go to 2^64 - 1 without losing a digit", () => {
  expect(readSeed("18446744073709551615")).toBe("18446744073709551615");
  expect(readSeed("18446744073709551616")).toBe(LAST_SEED.toString());
  expect(readSeed("seven")).toBe("0");
  expect(seedAfter("9007199254740993", 2)).toBe("9007199254740995");
  expect(seedAfter(LAST_SEED.toString(), 1)).toBe("0");
});

describe("history", () => {
  it("goes back and forth, and forgets the future after an edit", () => {
    const history = new History(0);
    for (const value of [1, 2, 3]) history.push(value);
    expect([history.undo(), history.undo(), history.redo()]).toEqual([2, 1, 2]);
    history.push(9);
    expect(history.canRedo).toBe(false);
    expect([history.undo(), history.undo(), history.undo(), history.undo()]).toEqual([2, 1, 0, 0]);
    expect(history.canUndo).toBe(false);
  });

  it("takes what is typed in one go as one step", () => {
    const history = new History("", 500, 1000);
    history.push("r", "prompt", 0);
    history.push("ra", "prompt", 500);
    history.push("rain", "prompt", 1200);
    history.push("rain,", "prompt", 5000);
    history.push("other", "negative", 5100);
    expect([history.undo(), history.undo(), history.undo()]).toEqual(["rain,", "rain", ""]);
  });

  it("keeps no step for what the machine finds, and not more steps than asked", () => {
    const history = new History(0, 2);
    history.replace(5);
    expect(history.canUndo).toBe(false);
    for (const value of [6, 7, 8]) history.push(value);
    expect([history.undo(), history.undo(), history.undo()]).toEqual([7, 6, 6]);
  });
});
