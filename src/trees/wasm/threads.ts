// How the threads share a job's items: whoever is free takes the next one. Knows no job's work.
import {
  type Assembler,
  atomicNotify,
  atomicWait,
  block,
  type Code,
  drop,
  giveBack,
  i32,
  leave,
  leaveIf,
  loop,
  trap,
  when,
} from "./assembler.ts";
import { control, type Job, jobs } from "./layout.ts";

const at = (address: number): Code => i32.const(address);
const EVERYONE = i32.const(0x7fffffff);

/**
 * `work()`: a worker's life, which ends when its thread is ended. `dispatch(job, items, alone)`: the caller's side: starts the job, takes
 * part, and comes back when every item is done. An item is taken from a counter going down; the arguments are read after
 * it was taken, and the caller cannot write the next job's before it is finished, so a late worker does no harm. A worker that
 * ends with an item in hand sets `failed` and wakes the caller, which would wait for that item for ever: it traps instead.
 */
export function defineThreads(kernel: Assembler, calls: Record<Job, (...values: Code[]) => Code>): void {
  const perform = kernel.define("perform", ["i32", "i32"], undefined, ([job, item]) =>
    jobs.map((name, k) => when(i32.eq(job!.get, i32.const(k)), [calls[name](item!.get), giveBack])),
  );

  const takeItems = kernel.define("takeItems", [], undefined, (_, local) => {
    const item = local("i32");
    return block(
      loop([
        item.set(i32.sub(i32.atomicSub(at(control.left), i32.const(1)), i32.const(1))),
        leaveIf(1, i32.ltS(item.get, i32.const(0))),
        perform(i32.load(at(control.job)), item.get),
        when(
          i32.eq(i32.add(i32.atomicAdd(at(control.done), i32.const(1)), i32.const(1)), i32.load(at(control.items))),
          drop(atomicNotify(at(control.done), EVERYONE)),
        ),
        leave(0),
      ]),
    );
  });

  kernel.define("work", [], undefined, (_, local) => {
    const seen = local("i32");
    const now = local("i32");
    const spins = local("i32");
    return loop([
      spins.set(i32.load(at(control.spins))),
      block(
        loop([
          now.set(i32.atomicLoad(at(control.generation))),
          leaveIf(1, i32.ne(now.get, seen.get)),
          spins.set(i32.sub(spins.get, i32.const(1))),
          when(i32.leS(spins.get, i32.const(0)), drop(atomicWait(at(control.generation), seen.get))),
          leave(0),
        ]),
      ),
      seen.set(now.get),
      takeItems(),
      leave(0),
    ]);
  });

  kernel.define("dispatch", ["i32", "i32", "i32"], undefined, ([job, items, alone], local) => {
    const done = local("i32");
    const spins = local("i32");
    return [
      i32.store(at(control.job), job!.get),
      i32.store(at(control.items), items!.get),
      i32.atomicStore(at(control.done), i32.const(0)),
      i32.atomicStore(at(control.left), items!.get),
      when(i32.eqz(alone!.get), [
        drop(i32.atomicAdd(at(control.generation), i32.const(1))),
        drop(atomicNotify(at(control.generation), EVERYONE)),
      ]),
      takeItems(),
      spins.set(i32.load(at(control.spins))),
      block(
        loop([
          done.set(i32.atomicLoad(at(control.done))),
          leaveIf(1, i32.eq(done.get, items!.get)),
          when(i32.atomicLoad(at(control.failed)), trap),
          spins.set(i32.sub(spins.get, i32.const(1))),
          when(
            i32.and(i32.leS(spins.get, i32.const(0)), i32.load(at(control.callerSleeps))),
            drop(atomicWait(at(control.done), done.get)),
          ),
          leave(0),
        ]),
      ),
    ];
  });
}
