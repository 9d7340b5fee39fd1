/** A blind trial: two takes under the names X and Y, one of four questions answered at a time. */

export interface Trial {
  readonly x: string;
  readonly y: string;
  /** Times that each take was preferred. */
  readonly votes: ReadonlyMap<string, number>;
  readonly shown: boolean;
}

/** A trial of two takes, in an order that chance decides. */
export function begun(a: string, b: string, random: () => number = Math.random): Trial {
  const [x, y] = random() < 0.5 ? [a, b] : [b, a];
  return { x, y, votes: new Map(), shown: false };
}

/** The trial after a vote; the names are dealt out anew, so that the next vote is blind too. */
export function voted(trial: Trial, side: "x" | "y", random: () => number = Math.random): Trial {
  const votes = new Map(trial.votes);
  votes.set(trial[side], (votes.get(trial[side]) ?? 0) + 1);
  return { ...begun(trial.x, trial.y, random), votes };
}

export function revealed(trial: Trial): Trial {
  return { ...trial, shown: true };
}

export function votesOf(trial: Trial, key: string): number {
  return trial.votes.get(key) ?? 0;
}
