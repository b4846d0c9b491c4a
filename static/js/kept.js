// What was sent and got no answer. Each sending of an object's form is kept in this tab until the
// server has said that it was received (apps/editing/received.py: a cookie named like the sending).
// A copy without that sign is offered on the tab's next page, to the person who typed it alone.
// Sending twice saves once, so it does no harm where the save went through and only its answer
// was lost.

const FORMS = "form.object-form, #merge_form, #sent_form";
// Decisions that leave nothing to keep.
const TYPED_NOTHING = new Set(["_discard", "_back"]);
const PREFIX = "kept:";
const person = document.body.dataset.person;

// The browser may forbid storage, or have no room left: then there is no copy, and nothing else changes.
function attempt(work) {
    try {
        return work();
    } catch {
        return undefined;
    }
}

function copies() {
    const names = attempt(() => Object.keys(sessionStorage)) ?? [];
    return names.filter((name) => name.startsWith(PREFIX)).flatMap((name) => {
        const copy = attempt(() => JSON.parse(sessionStorage.getItem(name)));
        return copy ? [{ ...copy, name }] : [];
    });
}

function drop(copy) {
    attempt(() => sessionStorage.removeItem(copy.name));
}

function dropReceived() {
    for (const copy of copies()) {
        const sign = `received_${copy.sending}`;
        if (!document.cookie.split("; ").includes(`${sign}=1`)) continue;
        drop(copy);
        document.cookie = `${sign}=; Max-Age=0; Path=${copy.home}; SameSite=Lax`;
    }
}

// Keeping

function isSecret(form, name) {
    return name === "csrfmiddlewaretoken" || /password/i.test(name)
        || [...form.elements].some((one) => one.name === name && one.type === "password");
}

function fieldsOf(form, button) {
    const fields = [], files = [];
    for (const [name, value] of new FormData(form)) {
        if (typeof value !== "string") {
            if (value.name) files.push(value.name);
        } else if (!isSecret(form, name)) fields.push([name, value]);
    }
    if (button?.name) fields.push([button.name, button.value]);
    return { fields, files };
}

// The input that names the sending; on the 503 page it is that of the sending that was refused.
function inputOf(form) {
    const input = form.elements._sent ?? document.createElement("input");
    input.type = "hidden";
    input.name = "_sent";
    if (!input.form) form.append(input);
    return input;
}

function keep(form, button) {
    const input = inputOf(form);
    // One copy of a form, whatever is sent of it: who presses Save twice awaits one answer.
    const before = copies().find((copy) => input.value && copy.sending === input.value);
    const owner = person ?? before?.person;
    if (!owner) return;
    input.value = crypto.getRandomValues(new Uint32Array(3)).join("-");
    if (before) drop(before);
    const copy = {
        ...fieldsOf(form, button),
        person: owner,
        sending: input.value,
        address: form.action,
        title: before?.title ?? document.querySelector("#content h1")?.textContent.trim() ?? "",
        home: before?.home ?? new URL(document.querySelector("#site-name a")?.href ?? "/", location.href).pathname,
        isPopup: document.body.classList.contains("popup"),
        at: Date.now(),
    };
    attempt(() => sessionStorage.setItem(PREFIX + copy.sending, JSON.stringify(copy)));
}

document.addEventListener("submit", (event) => {
    const form = event.target;
    const isOurs = form.matches(FORMS) && form.elements._opened;
    if (isOurs && !event.defaultPrevented && !TYPED_NOTHING.has(event.submitter?.name)) keep(form, event.submitter);
});

// Offering

function element(tag, attributes, ...children) {
    const made = Object.assign(document.createElement(tag), attributes);
    made.append(...children);
    return made;
}

function moment(time) {
    const at = new Date(time), clock = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    const isToday = at.toDateString() === new Date().toDateString();
    return isToday ? clock : `${clock} on ${at.toLocaleDateString("en-GB", { day: "numeric", month: "short" })}`;
}

// Posted as it was, with the token that is good now.
function formOf(copy) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
    const fields = [...copy.fields, ["csrfmiddlewaretoken", token]];
    return element("form", { method: "post", action: copy.address },
        ...fields.map(([name, value]) => element("input", { type: "hidden", name, value })),
        element("button", { className: "button default slim", textContent: "Send it again" }));
}

function offer(copy) {
    const what = copy.title ? ` on “${copy.title}”` : "";
    const files = copy.files.length ? ` Choose again afterwards: ${copy.files.join(", ")}.` : "";
    const text = `What you typed at ${moment(copy.at)}${what} got no answer: it may not have been saved. Sending twice saves once.${files}`;
    const discard = element("button", { type: "button", className: "button plain danger slim", textContent: "Discard" });
    const notice = element("div", { className: "notice warning kept" },
        element("span", { textContent: text }),
        element("div", { className: "buttons" }, formOf(copy), discard));
    notice.setAttribute("role", "alert");
    discard.addEventListener("click", () => { drop(copy); notice.remove(); });
    return notice;
}

function look() {
    dropReceived();
    document.querySelectorAll(".notice.kept").forEach((notice) => notice.remove());
    const isPopup = document.body.classList.contains("popup");
    const own = copies().filter((copy) => copy.person === person && copy.isPopup === isPopup);
    const main = document.getElementById("content-start");
    if (main && person) main.prepend(...own.sort((one, other) => other.at - one.at).map(offer));
}

// Also when the page is shown again from the browser's history.
window.addEventListener("pageshow", look);
