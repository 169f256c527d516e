// The guard: every request is judged before it is routed, and every answer carries the headers that bind the browser.
export { answerHeaders, reportPolicy } from "./answer-headers.ts";
export { type Asked, headerValues, judge, limits, ownHosts, type Refusal } from "./policy.ts";
export { type Credentials, cookieName, keyHeader, launchCookie, passOf, Sessions } from "./session.ts";
