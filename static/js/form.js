// Forms of objects: a warning before unsaved changes are left, the slug from the title, words counted.

const form = document.querySelector("form.object-form");

// What the server would not read is not sent: the text would be gone from the page.
const LARGEST = 16 * 1024 * 1024;

function isTooLarge() {
    let bytes = 0;
    for (const [name, value] of new FormData(form)) bytes += name.length + (typeof value === "string" ? new Blob([value]).size : value.size);
    return bytes > LARGEST;
}

function refuse(sentence) {
    const note = document.createElement("p");
    note.className = "errornote";
    note.setAttribute("role", "alert");
    note.textContent = sentence;
    document.querySelectorAll(".errornote").forEach((old) => old.remove());
    form.prepend(note);
    note.scrollIntoView({ block: "center" });
}

// Leaving with changes that were not saved; a form that came back with errors has some.
let isDirty = form?.querySelector(".errornote") != null;
let isSending = false;
form?.addEventListener("input", () => { isDirty = true; });
form?.addEventListener("change", () => { isDirty = true; });
form?.addEventListener("submit", (event) => {
    if (isTooLarge()) {
        event.preventDefault();
        refuse("This is too large to send: at most 16 MB. Your text is still here; shorten it and save again.");
    } else isSending = true;
});
window.addEventListener("beforeunload", (event) => {
    if (isDirty && !isSending) event.preventDefault();
});
// Back from the answer by the browser's history: the form is on screen again, and so is the guard.
window.addEventListener("pageshow", () => { isSending = false; });

// The slug follows the title until somebody writes one of his own. Where it may be left empty the
// server makes it, and finds a free one: then it is only shown what it will be like.
function slugOf(text, longest) {
    return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
        .replace(/ß/g, "ss").replace(/æ/g, "ae").replace(/ø/g, "o").replace(/đ/g, "d").replace(/ł/g, "l")
        .replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, longest).replace(/-+$/, "");
}
for (const mark of document.querySelectorAll(".prepopulate")) {
    const slug = document.getElementById(mark.dataset.field);
    const sources = mark.dataset.from.trim().split(" ").map((id) => document.getElementById(id));
    if (!slug || slug.value) continue;
    let isOwn = false;
    slug.addEventListener("input", () => { isOwn = slug.value !== ""; });
    const longest = slug.maxLength > 0 ? slug.maxLength : 50;
    for (const source of sources) {
        source?.addEventListener("input", () => {
            const made = slugOf(sources.map((one) => one.value).join(" "), longest);
            if (!slug.required) slug.placeholder = made;
            else if (!isOwn) slug.value = made;
        });
    }
}

// Words of a long text, and how long they take to read at 230 a minute, beside its help.
for (const text of document.querySelectorAll("textarea.vLargeTextField")) {
    const count = document.createElement("span");
    const show = () => {
        const words = text.value.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
        const minutes = Math.max(1, Math.round(words / 230));
        count.textContent = words ? ` ${words.toLocaleString("en")} ${words === 1 ? "word" : "words"}, about ${minutes} ${minutes === 1 ? "minute" : "minutes"} to read.` : "";
    };
    text.closest(".form-row")?.querySelector(".help > div")?.append(count);
    text.addEventListener("input", show);
    show();
}
