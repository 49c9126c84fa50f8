/** The same in a browser's page: engines by number, commands and replies as base64. Built as a plain script. */
import { CommandServer, exportsAccess } from "../commands.js";

const servers = new Map<number, CommandServer>();

const host = {
  async start(id: number, module: string): Promise<void> {
    const { instance } = await WebAssembly.instantiate(fromBase64(module), {});
    servers.set(id, new CommandServer(exportsAccess(instance.exports)));
  },
  feed(id: number, commands: string): string {
    const replies = servers.get(id)!.feed(fromBase64(commands));
    return btoa(replies.map((reply) => Array.from(reply, (byte) => String.fromCharCode(byte)).join("")).join(""));
  },
  end(id: number): void {
    servers.delete(id);
  },
};

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

Object.assign(globalThis, { mayfly: host });
