// Requests to the bot. Every interaction has an id of its own, so that sending it again does nothing twice.

const LIMIT_MILLISECONDS = 40_000;

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

async function call(method, path, body) {
  const request = { method, signal: AbortSignal.timeout(LIMIT_MILLISECONDS) };
  if (body !== undefined) {
    request.headers = { "Content-Type": "application/json" };
    request.body = JSON.stringify(body);
  }
  try {
    const response = await fetch(path, request);
    if (response.ok) return await response.json();
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
