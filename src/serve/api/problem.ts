// Errors as the API gives them: the parts of a BedsideError with a status; a fault of our own says nothing of its content.
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { BedsideError, Stopped } from "../../core/errors.ts";

export const problemSchema = z
  .object({
    error: z.object({
      code: z.string().openapi({ description: "Stable short name: area/what", example: "serve/not-found" }),
      what: z.string(),
      where: z.string().optional(),
      why: z.string().optional(),
      fix: z.string().optional(),
    }),
  })
  .openapi("Problem");

/** Answers that every route may give. */
export const problemAnswers = {
  400: { description: "The request is wrong", content: { "application/json": { schema: problemSchema } } },
  404: { description: "There is no such thing", content: { "application/json": { schema: problemSchema } } },
  409: { description: "Not possible in this state", content: { "application/json": { schema: problemSchema } } },
} as const;

/** There is nothing of that name or id. */
export function notFound(what: string): BedsideError {
  return new BedsideError({ code: "serve/not-found", what });
}

/** Asked for what cannot be done now. */
export function conflict(what: string, fix?: string): BedsideError {
  return new BedsideError({ code: "serve/conflict", what, fix });
}

/** The answer for whatever a route threw. */
export function answerProblem(error: unknown, context: Context, onFault?: (error: unknown) => void): Response {
  if (error instanceof BedsideError) {
    const { code } = error.problem;
    const status = code === "serve/not-found" ? 404 : code === "serve/conflict" ? 409 : 400;
    return context.json({ error: error.problem }, status);
  }
  if (error instanceof HTTPException && error.status < 500) {
    return context.json({ error: { code: "serve/bad-request", what: "The request cannot be read" } }, 400);
  }
  if (error instanceof Stopped) return context.json({ error: { code: "serve/stopped", what: "It was stopped" } }, 409);
  onFault?.(error);
  return context.json({ error: { code: "serve/fault", what: "The server met a fault of its own" } }, 500);
}
