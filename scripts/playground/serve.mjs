// A small static server of one folder, on this machine only.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8" };

/** The file of a request, or null: nothing outside the folder, no folders but the first. */
function fileOf(folder, url) {
  try {
    const path = normalize(decodeURIComponent(new URL(url, "http://localhost").pathname));
    const file = join(folder, path.endsWith(sep) ? `${path}index.html` : path);
    return file.startsWith(normalize(folder) + sep) && statSync(file).isFile() ? file : null;
  } catch {
    return null;
  }
}

/** Listens on a port of localhost; 0 takes any that is free. Resolves to the server and its address. */
export function serve(folder, port) {
  const server = createServer((request, response) => {
    const file = request.method === "GET" || request.method === "HEAD" ? fileOf(folder, request.url) : null;
    if (file === null) {
      response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
      return;
    }
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "content-length": statSync(file).size, "cache-control": "no-cache" });
    if (request.method === "HEAD") response.end();
    else createReadStream(file).pipe(response);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve({ server, url: `http://localhost:${server.address().port}/` }));
  });
}
