import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to an emulator that can be cut, to see what clients do about it. */
export interface Proxy {
  readonly host: string;
  /** Ends every open connection; new ones are let through. */
  cut(): void;
  close(): Promise<void>;
}

export async function startProxy(port: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const server = createServer((inside) => {
    const outside = connect(port, "127.0.0.1");
    for (const [from, to] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy()); // a cut connection ends on both sides
      from.on("close", () => (to.destroy(), sockets.delete(from)));
    }
  });
  const cut = () => sockets.forEach((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    close: () => (cut(), new Promise((resolve) => server.close(() => resolve()))),
  };
}
