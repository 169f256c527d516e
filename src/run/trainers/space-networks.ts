// Settings of networks over hours: the middle ones, the quick ones, and the ranges of YAIB's search. Trains nothing.

import type { Outcome } from "../../features/index.ts";
import type { SettingsOf, Space } from "../../models/search/index.ts";
import { constantRate, cosine, type Schedule, warmUp } from "../../nn/index.ts";
import type { SearchEffort } from "./trainer.ts";

/** How a network is trained. */
export interface NetworkPlan {
  learningRate: number;
  weightDecay: number;
  /** Stays in a batch. */
  batchSize: number;
  epochs: number;
  patience: number;
  minDelta: number;
  /** Largest norm of a step's gradients. */
  clipNorm?: number;
  /** Share of the running mean of the weights kept at each step, where one is kept. */
  averaging?: number;
  schedule: Schedule;
  /** Whether the first weights give the average of the targets. */
  fromAverage?: boolean;
  /** Whether the rate falls to 0 by the last epoch, so that ending there is as planned. */
  ends: boolean;
}

/** A family's settings, as the functions of src/models take them. */
export type FamilySettings = Readonly<Record<string, number>>;

/** What a search draws and what is made of it. */
export interface NetworkSpace {
  space: Space;
  settingsOf(drawn: SettingsOf<Space>): FamilySettings;
}

/** YAIB's batch, weight decay and patience (paper-era code). */
const YAIB = { batchSize: 64, weightDecay: 1e-6, patience: 10, minDelta: 1e-4 } as const;

/** The middle of YAIB's ranges; the rate is the upper end of them. */
const fixed: NetworkPlan = {
  ...YAIB,
  minDelta: 0,
  learningRate: 3e-4,
  epochs: 50,
  schedule: constantRate(),
  ends: false,
};

/** Epochs of the paper-era code; early stopping ends them far sooner. */
const PAPER_EPOCHS = 1000;

/** Steps that a quick training makes where the stays are few; the epochs then, and those of very many stays. */
const QUICK = { steps: 500, epochs: [8, 40], manySteps: 800, fewest: 3 } as const;
/** Numbers that are known once a stay are learnt longer and faster: more goes on falling than of a rare event. */
const QUICK_NUMBER = { steps: 1500, learningRate: 3e-3 } as const;
/** Few epochs at a rate above YAIB's, from the average of the targets; the mean of the weights in place of the last ones. */
const QUICK_PLAN = {
  learningRate: 1e-3,
  batchSize: 32,
  patience: 5,
  clipNorm: 1,
  averaging: 0.98,
  fromAverage: true,
} as const;
/** Share of the steps over which a quick training's rate rises. */
const RISE = 0.1;

/** What a network learns, as far as its plan depends on it. */
interface Learnt {
  outcome: Outcome;
  /** Whether there is one sample a stay. */
  perStay: boolean;
}

/**
 * The plan of an effort for so many training stays. Quick: the rate rises over a tenth of the steps and falls along half a
 * cosine to 0, so that few epochs at a high rate come to an end; the running mean of the weights is tuned and kept.
 */
export function planOf(effort: SearchEffort, stays: number, { outcome, perStay }: Learnt): NetworkPlan {
  if (effort === "fixed") return fixed;
  if (effort === "paper") return { ...fixed, minDelta: YAIB.minDelta, epochs: PAPER_EPOCHS };
  const perEpoch = Math.max(1, Math.ceil(stays / QUICK_PLAN.batchSize));
  const isNumber = outcome === "number" && perStay;
  const { steps } = isNumber ? QUICK_NUMBER : QUICK;
  const fewest = Math.max(QUICK.fewest, Math.min(QUICK.epochs[0], Math.round(QUICK.manySteps / perEpoch)));
  const epochs = Math.min(QUICK.epochs[1], Math.max(fewest, Math.round(steps / perEpoch)));
  return {
    ...QUICK_PLAN,
    ...(isNumber ? { learningRate: QUICK_NUMBER.learningRate } : {}),
    weightDecay: YAIB.weightDecay,
    minDelta: 0,
    epochs,
    schedule: warmUp(Math.ceil(RISE * perEpoch * epochs), cosine()),
    ends: true,
  };
}

const middle: Readonly<Record<string, FamilySettings>> = {
  gru: { hidden: 64, layers: 1 },
  lstm: { hidden: 64, layers: 1 },
  tcn: { channels: 64, kernel: 4, dropout: 0.1 },
  transformer: { width: 64, heads: 4, layers: 2, dropout: 0.1 },
  mamba: { width: 64, layers: 2, version: 2, chunk: 32 },
};

/** Settings without a search. Quick: a TCN that sees two days where stays are that long, more dropout, one layer of Mamba. */
export function settingsFor(effort: SearchEffort, family: string, longest: number): FamilySettings {
  const own = middle[family]!;
  if (effort !== "quick") return own;
  if (family === "tcn") return { ...own, dropout: 0.2, steps: Math.min(96, Math.max(24, longest)) };
  if (family === "mamba") return { ...own, layers: 1 };
  return family === "transformer" ? { ...own, dropout: 0.2 } : own;
}

const rate = { type: "float", low: 1e-5, high: 3e-4, log: true } as const;
const width = { type: "int", low: 32, high: 256, log: true } as const;
const layers = { type: "int", low: 1, high: 3 } as const;
const dropout = { type: "float", low: 0, high: 0.4 } as const;

/** Settings drawn, but for the learning rate. */
function withoutRate({ learningRate: _, ...settings }: SettingsOf<Space>): Record<string, number> {
  return settings as Record<string, number>;
}

const recurrent: NetworkSpace = { space: { learningRate: rate, hidden: width, layers }, settingsOf: withoutRate };

/** YAIB's ranges (configuration of version 0.3); Mamba is ours, with the same rates, widths and depths. */
export const spaces: Readonly<Record<string, NetworkSpace>> = {
  gru: recurrent,
  lstm: recurrent,
  tcn: {
    space: { learningRate: rate, channels: width, kernel: { type: "int", low: 2, high: 32, log: true }, dropout },
    settingsOf: withoutRate,
  },
  transformer: {
    // positions come in pairs: even widths; every head has the full width, as in YAIB
    space: {
      learningRate: rate,
      halfWidth: { type: "int", low: 16, high: 128, log: true },
      heads: { type: "int", low: 1, high: 8 },
      layers,
      dropout,
      attentionDropout: dropout,
    },
    settingsOf: (drawn) => {
      const { halfWidth, ...settings } = withoutRate(drawn);
      return { ...settings, width: 2 * halfWidth!, headSize: 2 * halfWidth! };
    },
  },
  mamba: {
    space: { learningRate: rate, width: { type: "choice", values: [32, 64, 128, 256] }, layers },
    settingsOf: (drawn) => ({ ...withoutRate(drawn), version: 2, chunk: 32 }),
  },
};

/** YAIB's search: 30 settings, the first 5 at random. */
export const PAPER_TRIALS = { trials: 30, startTrials: 5 } as const;
