/** npm run playground: its options, and its small server. */
import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { servePlayground } from "./browser.js";

const run = (...options: string[]) => spawnSync(process.execPath, ["scripts/playground.mjs", ...options], { encoding: "utf8" });

describe("npm run playground", () => {
  test("says what it can do", () => {
    const { status, stdout } = run("--help");
    expect(status).toBe(0);
    for (const option of ["--port", "--no-open", "--build"]) expect(stdout).toContain(option);
  });

  test.each([
    [["--port", "http"], "playground: --port http: expected a whole number from 0 to 65535\n"],
    [["--port", "70000"], "playground: --port 70000: expected a whole number from 0 to 65535\n"],
    [["--prot", "1"], "playground: Unknown option '--prot'; --help lists the options\n"],
  ])("refuses %j in one line", (options, says) => {
    const { status, stderr, stdout } = run(...options);
    expect([status, stderr, stdout]).toEqual([2, says, ""]);
  });

  test("a port that is taken is refused, not silently another", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const { status, stderr } = run("--no-open", "--port", String(port));
    server.close();
    expect([status, stderr]).toEqual([2, `playground: port ${port} is taken: give another with --port, or 0 for any that is free\n`]);
  });

  test("serves the page's files, and nothing outside their folder", async () => {
    const { url, end } = await servePlayground();
    try {
      const page = await fetch(url);
      expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
      expect((await fetch(`${url}playground.js`)).headers.get("content-type")).toBe("text/javascript; charset=utf-8");
      for (const path of ["nothing.js", "..%2findex.js", "%2e%2e/cli.js", "..%5c..%5cpackage.json", "%", "%00"]) expect((await fetch(url + path)).status, path).toBe(404);
      expect((await fetch(url, { method: "POST" })).status).toBe(404);
      expect((await fetch(url, { method: "HEAD" })).status).toBe(200);
    } finally {
      end();
    }
  });
});
