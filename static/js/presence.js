// Who else has this object open, and what was saved since it was opened: asked every 15 s while the
// tab is in sight. Without an answer the lines are gone, and nothing else changes.

const panel = document.querySelector(".presence[data-url]");
const form = document.querySelector("form.object-form");

const BEAT = 15_000;
const LONGEST = 120_000;
const PATIENCE = 10_000;
// Made anew with each page: what the last page says on leaving cannot end this one.
const tab = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");

// A form that came back with errors has changes nobody saved.
let isDirty = form?.querySelector(".errornote") != null;
let isOver = false;
let pause = BEAT;
let timer;
let asked = 0;

function send(more, options) {
    const { type, id, version, state } = panel.dataset;
    return fetch(panel.dataset.url, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
        body: JSON.stringify({ type, id: Number(id), version: Number(version), state: isDirty && state === "editing" ? "unsaved" : state, tab, ...more }),
        // To the login, which is no answer of ours.
        redirect: "manual",
        ...options,
    });
}

async function beat() {
    clearTimeout(timer);
    if (document.hidden || isOver) return;
    const mine = ++asked;
    let answer = null;
    let told = null;
    try {
        answer = await send({}, { signal: AbortSignal.timeout(PATIENCE) });
        if (answer.ok) told = await answer.json();
    } catch {
        // The server cannot be reached, or answers too late.
        answer = null;
    }
    // Asked again meanwhile, or left.
    if (mine !== asked) return;
    if (told) {
        pause = BEAT;
        show(told);
    } else if (answer === null || answer.status >= 500 || answer.status === 429) {
        pause = Math.min(pause * 2, LONGEST);
        show({});
    } else return stop(answer);
    timer = setTimeout(beat, pause);
}

// Logged out, or no longer allowed to see this. After a login the form's token is an old one.
function stop(answer) {
    const isPage = answer.headers.get("Content-Type")?.startsWith("text/html");
    if (answer.type === "opaqueredirect") show({ out: "You are logged out: what you type is kept when you press Save." });
    else if (answer.status === 403 && isPage) show({ out: "You logged in again elsewhere: what you type is kept when you press Save.", isLoggedIn: true });
    else {
        isOver = true;
        show({});
    }
}

function names(people) {
    const known = people.map((one) => one.name);
    if (known.length > 3) known.splice(2, known.length, `${people.length - 2} others`);
    return known.length > 1 ? `${known.slice(0, -1).join(", ")} and ${known.at(-1)}` : known[0];
}

function doing(people, verb) {
    return `${names(people)} ${people.length > 1 ? "are" : "is"} ${verb}`;
}

// "Olive and Ed are editing · unsaved changes (Olive)"; readers only where nobody edits.
function presentLine(others, own) {
    const parts = [];
    const editing = others.filter((one) => one.state !== "reading");
    const unsaved = editing.filter((one) => one.state === "unsaved");
    if (editing.length) parts.push(doing(editing, "editing"));
    else if (others.length) parts.push(doing(others, "reading"));
    if (unsaved.length) parts.push(`unsaved changes${unsaved.length < editing.length ? ` (${names(unsaved)})` : ""}`);
    if (own) parts.push(`${parts.length ? "you" : "You"} have this open in another tab${own === "unsaved" ? ", with unsaved changes" : ""}`);
    return parts.join(" · ");
}

function savedLine({ by, version, what, when }) {
    return `${by} saved version ${version}${when && ` ${when}`}${what && ` (${what})`}`;
}

function put(name, text) {
    const line = panel.querySelector(`[data-line=${name}]`);
    const span = line.querySelector("span");
    // Written only when it differs: what somebody marks with the mouse stays marked.
    if (span.textContent !== text) span.textContent = text;
    line.hidden = !text;
    return line;
}

function show({ others = [], own = null, saved = null, out = "", isLoggedIn = false }) {
    const there = presentLine(others, own);
    put("others", there);
    put("out", out).querySelector("a").hidden = isLoggedIn;
    const line = put("saved", saved ? savedLine(saved) : "");
    if (saved) line.querySelector("a").href = saved.address;
    announce([saved && savedLine({ ...saved, when: "" }), there, out].filter(Boolean).join(". "));
}

let announced = "";
function announce(text) {
    if (text === announced) return;
    announced = text;
    panel.querySelector("[role=status]").textContent = text;
}

function leave() {
    clearTimeout(timer);
    asked += 1;
    if (!isOver) send({ leaving: true }, { keepalive: true }).catch(() => {});
}

function typed(event) {
    // The tabs of a text are no change of it.
    if (isDirty || event.target.name === "_content_view") return;
    isDirty = true;
    beat();
}

if (panel && form) {
    form.addEventListener("input", typed);
    form.addEventListener("change", typed);
    document.addEventListener("visibilitychange", () => {
        if (document.hidden) clearTimeout(timer);
        else beat();
    });
    window.addEventListener("pagehide", leave);
    // Back by the browser's history, with the page as it was left.
    window.addEventListener("pageshow", (event) => { if (event.persisted) beat(); });
    beat();
}
