// A router whose bodies and parameters are checked by schema, with the first complaint as a problem. Knows no route.
import { OpenAPIHono } from "@hono/zod-openapi";

/** A new router. */
export function api(): OpenAPIHono {
  return new OpenAPIHono({
    strict: true,
    defaultHook: (result, context) => {
      if (result.success) return undefined;
      const issue = result.error.issues[0]!;
      const where = issue.path.map(String).join(".");
      return context.json(
        { error: { code: "serve/bad-request", what: issue.message, ...(where ? { where } : {}) } },
        400,
      );
    },
  });
}
