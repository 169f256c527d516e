// A session with Spark's Thrift server: statements run one after another, results come in pieces. Knows no task.
import { BedsideError, Bug, Stopped, UsageError } from "../../core/errors.ts";

/** A value of a result: whole numbers of 64 bits come as bigint. */
export type SparkValue = bigint | number | boolean | string | null;

/** An open session. */
export interface SparkSession {
  /** Runs a statement for its effect. */
  run(statement: string): Promise<void>;
  /** The rows of a query by column, in pieces; memory does not grow with the result. */
  columns(query: string, size?: number): AsyncGenerator<SparkValue[][]>;
  close(): Promise<void>;
}

export interface SparkOptions {
  /** `thrift://[user@]host[:port]`, with `?auth=nosasl` for a server that takes no names. */
  url: string;
  /** For servers that check it. */
  password?: string | undefined;
  signal: AbortSignal;
}

/** The part of the driver's operation we use. */
interface Operation {
  status(progress?: boolean): Promise<{ operationState?: number; errorMessage?: string }>;
  fetch(): Promise<unknown>;
  getData(): { columns?: Record<string, { values: unknown[]; nulls: Uint8Array } | null>[] }[];
  flush(): void;
  hasMoreRows(): boolean;
  setMaxRows(rows: number): void;
  cancel(): Promise<unknown>;
  close(): Promise<unknown>;
}

const USUAL_PORT = 10_000;
/** Rows fetched at once. */
const PIECE_ROWS = 50_000;
/** Milliseconds between two questions whether a statement is done; the time doubles up to the second. */
const [FIRST_WAIT, LONGEST_WAIT] = [20, 1000];

/** Takes an address apart. @throws UsageError where it is none. */
export function readSparkUrl(url: string): { host: string; port: number; user: string; sasl: boolean } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== "thrift:" || parsed.hostname === "" || parsed.password !== "") {
    throw new UsageError({
      code: "spark/url",
      what: "The address of Spark cannot be used",
      why: parsed?.password ? "it holds a password, which others could see" : "it is not thrift://[user@]host[:port]",
      fix: parsed?.password
        ? "leave the password out and set SPARK_PASSWORD"
        : "name a Thrift server of Spark, as thrift://localhost:10000",
    });
  }
  return {
    host: parsed.hostname,
    port: parsed.port === "" ? USUAL_PORT : Number(parsed.port),
    user: decodeURIComponent(parsed.username) || "bedside",
    sasl: parsed.searchParams.get("auth") !== "nosasl",
  };
}

/**
 * Opens a session. The driver is loaded here, so that others do without it.
 * @throws BedsideError `spark/connection` where no server answers; UsageError for a bad address.
 */
export async function openSpark({ url, password = "", signal }: SparkOptions): Promise<SparkSession> {
  const { host, port, user, sasl } = readSparkUrl(url);
  const driver = await import("hive-driver");
  const { TCLIService, TCLIService_types: types } = driver.default.thrift;
  const { HiveClient, connections, auth } = driver.default;
  const client = new HiveClient(TCLIService, types);
  let fail: (cause: Error) => void = () => {};
  const lost = new Promise<never>((_, reject) => {
    fail = reject;
  });
  lost.catch(() => {}); // told where it is waited for
  client.on("error", (cause: Error) => fail(cause));
  client.on("close", () => fail(new Error("the connection was closed")));
  const stop = () => fail(new Stopped());
  signal.addEventListener("abort", stop);
  /** The answer, unless the connection breaks or the user stops before. */
  const answer = <T>(work: Promise<T>) => Promise.race([work, lost]);
  const problem = (cause: unknown) =>
    new BedsideError(
      {
        code: "spark/connection",
        what: "Spark cannot be reached",
        where: `${host}:${port}`,
        why: cause instanceof Error ? cause.message.split("\n")[0] : undefined,
        fix: "start its Thrift server (start-thriftserver.sh), and give its address with --spark-url",
      },
      { cause },
    );
  let session: Awaited<ReturnType<InstanceType<typeof HiveClient>["openSession"]>>;
  try {
    const provider = sasl
      ? new auth.PlainTcpAuthentication({ username: user, password: password || "none" })
      : new auth.NoSaslAuthentication();
    await answer(client.connect({ host, port, options: {} }, new connections.TcpConnection(), provider));
    const request = { client_protocol: types.TProtocolVersion.HIVE_CLI_SERVICE_PROTOCOL_V10 };
    session = await answer(client.openSession(request));
  } catch (cause) {
    signal.removeEventListener("abort", stop);
    client.close();
    throw signal.aborted ? new Stopped() : problem(cause);
  }

  const states = types.TOperationState;
  /** Starts a statement and waits until it is done. */
  const started = async (statement: string): Promise<Operation> => {
    if (signal.aborted) throw new Stopped();
    const operation = (await answer(session.executeStatement(statement, { runAsync: true }))) as unknown as Operation;
    for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      const { operationState: state, errorMessage } = await answer(operation.status());
      if (state === states.FINISHED_STATE) return operation;
      if (state !== states.RUNNING_STATE && state !== states.PENDING_STATE && state !== states.INITIALIZED_STATE) {
        throw failed(errorMessage, host, port);
      }
      await new Promise((done) => setTimeout(done, wait));
      if (!signal.aborted) continue;
      await operation.cancel().catch(() => {});
      throw new Stopped();
    }
  };
  /** Errors of the connection in our words; those that are so already, as they are. */
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      if (signal.aborted) throw new Stopped();
      throw cause instanceof BedsideError || cause instanceof Bug ? cause : problem(cause);
    }
  };
  return {
    run: (statement) =>
      guarded(async () => {
        const operation = await started(statement);
        await answer(operation.close());
      }),
    async *columns(query, size = PIECE_ROWS) {
      const operation = await guarded(() => started(query));
      operation.setMaxRows(size);
      do {
        await guarded(() => answer(operation.fetch()));
        for (const { columns } of operation.getData()) yield (columns ?? []).map(valuesOf);
        operation.flush();
      } while (operation.hasMoreRows());
      await guarded(() => answer(operation.close()));
    },
    async close() {
      signal.removeEventListener("abort", stop);
      await Promise.race([session.close(), lost]).catch(() => {});
      client.close();
    },
  };
}

/** Spark's own words without its stack; it may quote a value of the records, so that only its class and first line are told. */
function failed(message: string | undefined, host: string, port: number): BedsideError {
  const [, name] = /\[([A-Z0-9_.]+)\]/.exec(message ?? "") ?? [];
  return new BedsideError({
    code: "spark/statement",
    what: "Spark could not run a statement of the task",
    where: `${host}:${port}`,
    why: name ? `it says ${name}` : "it gives no class of error; its log has more",
    fix: /PATH_NOT_FOUND|FILE_NOT_EXIST/.test(message ?? "")
      ? "the server must see the store's files: name where it finds the store with --spark-data"
      : "the server's log has the whole message",
  });
}

/** One column of the wire: bits tell the nulls, the rest comes typed. */
function valuesOf(column: Record<string, { values: unknown[]; nulls: Uint8Array } | null>): SparkValue[] {
  const [kind, data] = Object.entries(column).find(([, found]) => found !== null) ?? [];
  if (kind === undefined || !data) throw new Bug("Spark gave a column of a kind we do not know");
  const { values, nulls } = data;
  return values.map((value, i) => {
    if (((nulls[i >> 3] ?? 0) >> (i & 7)) & 1) return null;
    if (kind !== "i64Val") return value as SparkValue;
    const { buffer, offset } = value as { buffer: Buffer; offset: number };
    return buffer.readBigInt64BE(offset);
  });
}
