// Requests to the bot. Every interaction has an id of its own, so that sending it again does nothing twice.

const LIMIT_MILLISECONDS = 40_000;
const FILE_LIMIT_MILLISECONDS = 100_000;

export class Failed extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

export const newId = () => crypto.randomUUID();

export const roomPath = (room, rest) => `/chat/rooms/${encodeURIComponent(room)}/${rest}`;

export async function get(path, query = {}) {
  return call("GET", `${path}?${new URLSearchParams(query)}`);
}

export async function post(path, body) {
  return call("POST", path, body);
}

export async function remove(path, query) {
  return call("DELETE", `${path}?${new URLSearchParams(query)}`);
}

/** Send the bytes of a file. */
export async function upload(path, query, file) {
  const headers = { "Content-Type": "application/octet-stream" };
  const request = { method: "POST", headers, body: file };
  return ask(`${path}?${new URLSearchParams(query)}`, request, FILE_LIMIT_MILLISECONDS, (response) => response.json());
}

/** Get the bytes of a file. */
export async function download(path, query) {
  const request = { method: "GET" };
  return ask(`${path}?${new URLSearchParams(query)}`, request, FILE_LIMIT_MILLISECONDS, (response) => response.blob());
}

async function call(method, path, body) {
  const request = { method };
  if (body !== undefined) {
    request.headers = { "Content-Type": "application/json" };
    request.body = JSON.stringify(body);
  }
  return ask(path, request, LIMIT_MILLISECONDS, (response) => response.json());
}

async function ask(path, request, limit, read) {
  try {
    const response = await fetch(path, { ...request, signal: AbortSignal.timeout(limit) });
    if (response.ok) return await read(response);
    throw new Failed(await reasonOf(response));
  } catch (error) {
    if (error instanceof Failed) throw error;
    throw new Failed(error.name === "TimeoutError" ? "slow" : "network");
  }
}

async function reasonOf(response) {
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  return isJson ? (await response.json()).error : "other";
}
