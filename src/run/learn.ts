// The training of a model in a run: one stage for each fold and seed, so that a stop costs one of them at most. Knows no family.
import { Stopped } from "../core/errors.ts";
import type { Records } from "./judge.ts";
import { replicatesOf } from "./protocol.ts";
import type { Learning, Scene } from "./scene.ts";
import { type FoldRecord, trainCell, tuningFile } from "./train.ts";
import type { Trainer } from "./trainers/index.ts";

/** Trains a model on every fold of every replicate; settings are searched with the first seed only. */
export async function trainModel(scene: Scene, trainer: Trainer, learning: Learning): Promise<Records> {
  const { folder, store, progress, mode, threads, base, declared } = scene;
  const { plan } = learning;
  const untuned = declared.untuned?.includes(trainer.id) ?? false;
  const replicates = replicatesOf(plan, trainer.usesSeed);
  const cells = replicates.length * plan.folds;
  const records: FoldRecord[][] = [];
  /** Settings found, by division. */
  const found = new Map<number, unknown>();
  let done = 0;
  let begun = false;
  for (const { parts, seed, suffix, name: replicate } of replicates) {
    const own: FoldRecord[] = [];
    for (const [fold, part] of parts.entries()) {
      const name = `${trainer.id}${plan.folds > 1 ? `-fold-${fold + 1}` : ""}${suffix}`;
      const file = folder.at("models", `${name}.json`);
      const settings = found.get(part);
      const note = [suffix && replicate, plan.folds > 1 ? `fold ${fold + 1} of ${plan.folds}` : ""].filter(Boolean);
      const record = await folder.stage({
        name: `train ${name}`,
        dependsOn: {
          base,
          seed,
          divided: scene.seed,
          folds: plan.folds,
          part,
          model: trainer.id,
          search: plan.search,
          brief: plan.brief,
          settings,
        },
        work: async () => {
          await learning.view(typeof trainer.view === "string" ? trainer.view : trainer.view(learning.task));
          if (!begun) progress.begin(`Training ${trainer.id}`, cells);
          begun = true;
          const onProgress = (share: number, what: string) =>
            progress.at(done + share, [...note, what].filter(Boolean).join(", "));
          const value = await trainCell(
            store.db,
            {
              trainer,
              world: learning,
              parts: plan.split.parts(part),
              mode,
              search: plan.search,
              brief: plan.brief,
              settings,
              untuned,
              seed,
              threads,
              signal: progress.signal,
              onProgress,
            },
            file,
          );
          return { value, files: [file, tuningFile(file)] };
        },
      });
      if (progress.signal.aborted) throw new Stopped();
      if (record.settings !== undefined && !found.has(part)) found.set(part, record.settings);
      own.push(record);
      done++;
    }
    records.push(own);
  }
  if (begun) progress.end(cells > 1 ? `${cells} trainings` : "one split");
  return records;
}
