/** A worker of the page. The page starts two of these: one holds the device, the other plans and meters, so that neither waits for the other. */
import boardTexts from "virtual:boards";
import { parseBoard } from "../../../firmware-sim/boards/parse.js";
import type { Board } from "../../../firmware-sim/boards/schema.js";
import { simulatedBoard } from "../../../firmware-sim/simulated_board.js";
import { MayflyError } from "../../../host/errors.js";
import { type Digits, unpackDigits } from "../digits.js";
import type { Reply, Request } from "../protocol.js";
import { meterOn, planOn } from "./planner.js";
import { Session } from "./session.js";

const port = globalThis as unknown as { postMessage(reply: Reply): void; onmessage: ((event: { readonly data: Request }) => void) | null };
const tell = (reply: Reply): void => port.postMessage(reply);

const boards = Object.entries(boardTexts).map(([file, text]) => parseBoard(text, file)).sort((a, b) => a.ramBytes.value - b.ramBytes.value);
let digits: Digits | null = null;
let session: Session | null = null;
let newestPlan = 0;

function boardNamed(name: string): Board {
  const board = boards.find((each) => each.name === name);
  if (!board) throw new MayflyError(`there is no board ${name}`, 2);
  return board;
}

async function answer(request: Request): Promise<void> {
  switch (request.type) {
    case "digits":
      digits = await unpackDigits(request.gzipped);
      return tell({ type: "boards", boards: boards.map(({ name, title, ramBytes }) => ({ name, title, ramBytes: ramBytes.value })) });
    case "plan": {
      newestPlan = request.id;
      const board = boardNamed(request.board);
      const planned = planOn(boards, board, request.spec, request.id);
      tell(planned);
      // After a turn, so that a newer request overtakes the metering, which takes longer.
      if (planned.problem === null && digits) setTimeout(() => request.id === newestPlan && told(() => tell(meterOn(board, request.spec, digits!.train, request.id))));
      return;
    }
    case "configure":
      session?.end();
      session = new Session(simulatedBoard(boardNamed(request.board)), request.spec, digits!, request.world, tell);
      return;
    case "rates": return session?.setRates(request.rates);
    case "run": return session?.setRunning(request.running);
    case "pace": return session?.setPace(request.pace);
    case "world": return session?.setWorld(request.world);
    case "cut": return session?.cut(request.place);
    case "predict": return session?.predict(request.id, request.frame);
    case "test digit": return session?.testDigit(request.index);
  }
}

/** Does something; what goes wrong is told as well. */
async function told(work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    tell({ type: "failed", message: error instanceof Error ? error.message : String(error) });
  }
}

/** One after the other: unpacking the digits takes a while, and all else needs them. */
let queue: Promise<void> = Promise.resolve();
port.onmessage = ({ data }) => {
  queue = queue.then(() => told(() => answer(data)));
};
