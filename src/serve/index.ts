// The workbench as a server on the loopback interface.
import { fileURLToPath } from "node:url";
import { workbenchApi } from "./api/app.ts";
import { readPage } from "./page-files.ts";
import { type Listening, listen } from "./server.ts";
import { Workbench, type WorkbenchOptions } from "./workbench.ts";

export { workbenchApi } from "./api/app.ts";
export { readPage } from "./page-files.ts";
export { type Listening, listen, type ServerParts } from "./server.ts";
export { Workbench, type WorkbenchOptions } from "./workbench.ts";

/** How a workbench is served. */
export interface ServeOptions extends WorkbenchOptions {
  /** 0 for any that is free. */
  port: number;
  /** The folder of the built page. Default: the one that comes with Bedside. */
  page?: string | undefined;
  onFault?: ((error: unknown) => void) | undefined;
}

/** A workbench that is being served. */
export interface Served extends Listening {
  bench: Workbench;
}

/**
 * Serves the workbench until `close` is called.
 * @throws BedsideError `serve/port-taken`, `serve/no-page`, and what is wrong with the folders.
 */
export async function serveWorkbench(options: ServeOptions): Promise<Served> {
  const { port, now, onFault = () => {} } = options;
  const page = readPage(options.page ?? fileURLToPath(new URL("../web/", import.meta.url)));
  const bench = await Workbench.open(options);
  try {
    const app = workbenchApi(bench, onFault);
    const listening = await listen({
      api: (request) => app.fetch(request),
      page,
      port,
      now: () => now().getTime(),
      onFault,
    });
    return {
      ...listening,
      bench,
      async close() {
        await listening.close();
        await bench.close();
      },
    };
  } catch (cause) {
    await bench.close();
    throw cause;
  }
}
