/** The page's larger files: scripts that each set one string, loaded when they are wanted. Scripts, because a page from a disk may not read files. */

declare global {
  var mayflyFiles: Record<string, string> | undefined;
}

const loading = new Map<string, Promise<string>>();

/** The string of NAME.js beside the page. Rejects where the file is not there. */
export function loadFile(name: string): Promise<string> {
  let file = loading.get(name);
  if (!file) {
    loading.set(name, file = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${name}.js`;
      script.onload = () => {
        const text = globalThis.mayflyFiles?.[name];
        if (text === undefined) reject(new Error(`${name}.js does not hold what it should`));
        else resolve(text);
        script.remove();
      };
      script.onerror = () => {
        loading.delete(name);
        reject(new Error(`${name}.js is not here`));
      };
      document.head.append(script);
    }));
  }
  return file;
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** A worker from a script's text. */
export function startWorker(script: string): Worker {
  return new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
}
