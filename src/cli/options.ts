// Reads a verb's arguments against its declared options. Knows no verb's meaning.
import { parseArgs } from "node:util";
import { commandLine } from "../core/command.ts";
import { nearestName, UsageError } from "../core/errors.ts";

/** An option of a verb, as shown in its help. */
export interface OptionSpec {
  type: "text" | "number" | "flag";
  /** What it is for, one line. */
  help: string;
  /** Shown for its value: `--data DIR`. */
  value?: string;
  /** May be given more than once. */
  many?: boolean;
  required?: boolean;
  fallback?: string | number;
  /** The smallest number allowed. */
  least?: number;
  /** A number with a fraction is allowed. */
  fraction?: boolean;
}

/** A verb of the command line. */
export interface Verb {
  name: string;
  /** One line for the list of verbs. */
  summary: string;
  /** Positional arguments as shown: `TASK`; `RUN...` takes one or more. */
  positional?: string;
  options: Record<string, OptionSpec>;
  /** Lines shown under "Examples". */
  examples: string[];
  /** Does the work; the number is the exit code. */
  run(given: Given): Promise<number>;
}

/** The arguments of a call. */
export interface Given {
  positionals: string[];
  text(name: string): string;
  optionalText(name: string): string | undefined;
  texts(name: string): string[];
  number(name: string): number;
  flag(name: string): boolean;
  /** The command as the user could type it again. */
  command: string;
}

/** Options that every verb has. */
export const commonOptions: Record<string, OptionSpec> = {
  memory: { type: "text", value: "SIZE", fallback: "800MB", help: "memory to work within, as 800MB or 4GB" },
  threads: { type: "number", value: "N", fallback: 2, least: 1, help: "threads the database may use" },
  quiet: { type: "flag", help: "no progress, results only" },
  help: { type: "flag", help: "this page" },
};

/** Reads the arguments after the verb. Throws UsageError for what the verb does not know or lacks. */
export function readArguments(verb: Verb, args: string[]): Given {
  const specs = { ...verb.options, ...commonOptions };
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { type, many }]) => [
      name,
      { type: type === "flag" ? ("boolean" as const) : ("string" as const), multiple: many ?? false },
    ]),
  );
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (cause) {
    throw unknownArgument(verb, specs, cause as Error);
  }
  const { values, positionals } = parsed;
  const wanted = verb.positional?.split(" ") ?? [];
  const misuse = (what: string, why?: string) =>
    new UsageError({ code: "usage", what, why, fix: `bedside ${verb.name} --help shows how to call it` });
  if (!values["help"]) {
    const needed = wanted.filter((name) => !name.startsWith("["));
    if (positionals.length < needed.length) throw misuse(`${needed[positionals.length]} is missing`);
    const takesMore = wanted.at(-1)?.endsWith("...");
    if (!takesMore && positionals.length > wanted.length)
      throw misuse(`"${positionals[wanted.length]}" is one argument too many`);
    for (const [name, spec] of Object.entries(specs)) {
      if (spec.required && values[name] === undefined) throw misuse(`--${name} is missing`, spec.help);
      if (spec.type === "number" && values[name] !== undefined) checkNumber(name, spec, String(values[name]), misuse);
    }
  }
  const value = (name: string) => values[name] ?? specs[name]!.fallback;
  return {
    positionals,
    text: (name) => String(value(name)),
    optionalText: (name) => value(name) as string | undefined,
    texts: (name) => (values[name] as string[] | undefined) ?? [],
    number: (name) => Number(value(name)),
    flag: (name) => Boolean(value(name)),
    command: commandLine(["bedside", verb.name, ...args]),
  };
}

function checkNumber(name: string, spec: OptionSpec, text: string, misuse: (what: string) => UsageError): void {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) throw misuse(`--${name} takes a number, not "${text}"`);
  if (!spec.fraction && !Number.isSafeInteger(number)) throw misuse(`--${name} takes a whole number, not "${text}"`);
  if (spec.least !== undefined && number < spec.least) throw misuse(`--${name} must be at least ${spec.least}`);
}

function unknownArgument(verb: Verb, specs: Record<string, OptionSpec>, cause: Error): UsageError {
  const name = /'--?([^' ]+)/.exec(cause.message)?.[1] ?? "";
  const meant = specs[name] ? undefined : nearestName(name, Object.keys(specs));
  const what = specs[name] ? `--${name} is called in the wrong way` : `bedside ${verb.name} has no option --${name}`;
  const why = specs[name] ? (specs[name].type === "flag" ? "it takes no value" : "its value is missing") : undefined;
  return new UsageError({
    code: "usage",
    what,
    why,
    fix: meant ? `did you mean --${meant}?` : `bedside ${verb.name} --help shows the options it has`,
  });
}

/** The help page of a verb. */
export function helpPage(verb: Verb): string {
  const row = ([name, spec]: [string, OptionSpec]) => {
    const left = `  --${name}${spec.value ? ` ${spec.value}` : ""}`.padEnd(24);
    const notes = [
      spec.required ? "needed" : "",
      spec.many ? "may be given several times" : "",
      spec.fallback === undefined ? "" : `default ${spec.fallback}`,
    ].filter(Boolean);
    return `${left}${spec.help}${notes.length ? ` (${notes.join("; ")})` : ""}`;
  };
  return [
    verb.summary,
    "",
    `Usage: bedside ${[verb.name, verb.positional].filter(Boolean).join(" ")} [options]`,
    "",
    "Options:",
    ...Object.entries({ ...verb.options, ...commonOptions }).map(row),
    "",
    "Examples:",
    ...verb.examples.map((example) => `  ${example}`),
  ].join("\n");
}
