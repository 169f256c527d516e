// Routes of prediction tasks: their YAML, and what is wrong with one that is being written.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { parseTask, taskIds, taskText } from "../../cohort/index.ts";
import { dictionary } from "../../concepts/index.ts";
import { BedsideError } from "../../core/errors.ts";
import { systems } from "../../systems/index.ts";
import type { Workbench } from "../workbench.ts";
import { notFound, problemAnswers } from "./problem.ts";
import { api } from "./router.ts";

const taskSchema = z
  .object({
    id: z.string(),
    title: z.string(),
    system: z.string().nullable(),
    models: z.array(z.string()),
    isWritten: z.boolean().openapi({ description: "Whether it is a YAML file that can be edited" }),
  })
  .openapi("Task");

/** Routes under /api/tasks. */
export function taskRoutes(_bench: Workbench): OpenAPIHono {
  const list = createRoute({
    method: "get",
    path: "/tasks",
    summary: "The prediction tasks",
    responses: { 200: { description: "Tasks", content: { "application/json": { schema: z.array(taskSchema) } } } },
  });
  const text = createRoute({
    method: "get",
    path: "/tasks/{system}/{name}",
    summary: "The YAML of a task",
    request: {
      params: z.object({ system: z.string().regex(/^[\w-]{1,40}$/), name: z.string().regex(/^[\w-]{1,60}$/) }),
    },
    responses: {
      200: { description: "YAML", content: { "application/json": { schema: z.object({ yaml: z.string() }) } } },
      ...problemAnswers,
    },
  });
  const check = createRoute({
    method: "post",
    path: "/tasks/check",
    summary: "What is wrong with a task",
    request: {
      body: {
        required: true,
        content: { "application/json": { schema: z.object({ yaml: z.string().max(200_000) }) } },
      },
    },
    responses: {
      200: {
        description: "The first mistake with its line, or none",
        content: {
          "application/json": {
            schema: z.object({
              problem: z
                .object({ line: z.number().nullable(), what: z.string(), fix: z.string().nullable() })
                .nullable(),
            }),
          },
        },
      },
    },
  });
  const words = createRoute({
    method: "get",
    path: "/tasks/words",
    summary: "Words that may stand in a task: concepts with titles, and the keys of the language",
    responses: {
      200: {
        description: "Words",
        content: {
          "application/json": {
            schema: z.array(z.object({ word: z.string(), title: z.string(), kind: z.string() })),
          },
        },
      },
    },
  });
  return api()
    .openapi(list, (context) => {
      const declared = systems.flatMap((system) => system.tasks.map((task) => ({ system, task })));
      const written = taskIds();
      const known = declared.map(({ system, task }) => ({
        id: task.id,
        title: task.question,
        system: system.id as string | null,
        models: [...task.allowed],
        isWritten: written.includes(task.id),
      }));
      const others = written
        .filter((id) => !known.some((task) => task.id === id))
        .map((id) => ({
          id,
          title: parseTask(taskText(id), id).title,
          system: null as string | null,
          models: [] as string[],
          isWritten: true,
        }));
      return context.json([...known, ...others], 200);
    })
    .openapi(words, (context) =>
      context.json(
        dictionary().concepts.map(({ name, title, role }) => ({ word: name, title, kind: role })),
        200,
      ),
    )
    .openapi(text, (context) => {
      const { system, name } = context.req.valid("param");
      const id = `${system}/${name}`;
      if (!taskIds().includes(id)) throw notFound(`There is no task file "${id}"`);
      return context.json({ yaml: taskText(id) }, 200);
    })
    .openapi(check, (context) => {
      try {
        parseTask(context.req.valid("json").yaml, "task");
        return context.json({ problem: null }, 200);
      } catch (error) {
        if (!(error instanceof BedsideError)) throw error;
        const { what, why, where, fix } = error.problem;
        const line = /line (\d+)/.exec(where ?? "")?.[1];
        return context.json(
          { problem: { line: line ? Number(line) : null, what: why ? `${what}: ${why}` : what, fix: fix ?? null } },
          200,
        );
      }
    });
}
