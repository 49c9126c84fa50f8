import { readFile } from "node:fs/promises";
import { builtFile } from "../built_file.js";
import type { ReportData } from "./report_data.js";

/** One self-contained HTML file: style, script and data inside, nothing fetched. */
export async function reportHtml(data: ReportData): Promise<string> {
  const [script, style] = await Promise.all([readFile(builtFile("report_page.js"), "utf8"), readFile(builtFile("report_page.css"), "utf8")]);
  // "<" is written as an escape, so nothing in the data can end the element; a script that says </script> is broken up likewise.
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mayfly: ${data.runs.map((run) => escape(run.title)).join(", ")}</title>
<link rel="icon" href="data:,">
<style>
${style}</style>
</head>
<body>
<main id="report"><noscript>This report draws its charts with JavaScript, which is switched off here.</noscript></main>
<script id="data" type="application/json">${json}</script>
<script>
${script.replaceAll("</script", "<\\/script")}</script>
</body>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
