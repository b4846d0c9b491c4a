// A field that finds an object by typing: the combobox pattern with a list of options,
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/examples/combobox-autocomplete-list/
//
//   <input data-combobox data-url data-app-label data-model-name data-field-name data-value>
//
// One object: its id goes in a hidden input of the same name. Several (data-multiple): each is a
// chip before the input. Without this script the typed text is sent, and the server looks for it.

const WAIT_MS = 150;

class Combobox {
    constructor(input) {
        this.input = input;
        this.isMultiple = "multiple" in input.dataset;
        this.active = -1;
        this.asked = 0;
        this.options = [];
        this.makeList();
        if (this.isMultiple) this.takeOverChips();
        else this.makeHidden();
        input.addEventListener("input", () => this.typed());
        input.addEventListener("keydown", (event) => this.key(event));
        input.addEventListener("focus", () => this.isMultiple || input.select());
        input.addEventListener("blur", () => this.close());
    }

    makeList() {
        this.list = document.createElement("ul");
        this.list.id = `${this.input.id}_options`;
        this.list.className = "combobox-options";
        this.list.setAttribute("role", "listbox");
        this.list.setAttribute("aria-label", this.label());
        this.list.hidden = true;
        this.status = document.createElement("span");
        this.status.className = "visually-hidden";
        this.status.setAttribute("role", "status");
        const frame = document.createElement("span");
        frame.className = "combobox";
        this.input.replaceWith(frame);
        frame.append(this.input, this.list, this.status);
        const attributes = { role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": this.list.id, autocomplete: "off" };
        for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
        // Before the input loses its focus, or the list would be gone under the pointer.
        this.list.addEventListener("mousedown", (event) => {
            event.preventDefault();
            const option = event.target.closest("[role=option]");
            if (option) this.choose([...this.list.children].indexOf(option));
        });
    }

    label() {
        return this.input.labels?.[0]?.textContent ?? this.input.getAttribute("aria-label") ?? "Options";
    }

    makeHidden() {
        this.hidden = document.createElement("input");
        this.hidden.type = "hidden";
        this.hidden.name = this.input.name;
        this.hidden.value = this.input.dataset.value ?? "";
        this.input.removeAttribute("name");
        this.input.after(this.hidden);
        this.chosenText = this.input.value;
    }

    takeOverChips() {
        this.name = this.input.dataset.name;
        this.box = this.input.closest(".tagbox");
        for (const label of this.box.querySelectorAll("label.chip")) {
            const box = label.querySelector("input");
            label.replaceWith(this.chip(box.value, label.textContent.trim()));
        }
    }

    chip(value, text) {
        const chip = document.createElement("span");
        chip.className = "chip";
        const kept = document.createElement("input");
        kept.type = "hidden";
        kept.name = this.name;
        kept.value = value;
        const remove = document.createElement("button");
        remove.type = "button";
        remove.className = "x";
        remove.textContent = "×";
        remove.setAttribute("aria-label", `Remove ${text}`);
        remove.addEventListener("click", () => {
            chip.remove();
            this.say(`${text} removed`);
            this.changed();
            this.input.focus();
        });
        chip.append(text, kept, remove);
        return chip;
    }

    typed() {
        if (!this.isMultiple) this.hidden.value = this.input.value === this.chosenText ? this.hidden.value : this.input.value;
        clearTimeout(this.timer);
        if (!this.input.value.trim()) return this.close();
        this.timer = setTimeout(() => this.ask(), WAIT_MS);
    }

    async ask() {
        const mine = ++this.asked;
        const { url, appLabel, modelName, fieldName } = this.input.dataset;
        const query = new URLSearchParams({ term: this.input.value.trim(), app_label: appLabel, model_name: modelName, field_name: fieldName });
        let found;
        try {
            const answer = await fetch(`${url}?${query}`, { headers: { Accept: "application/json" } });
            found = answer.ok ? (await answer.json()).results : null;
        } catch {
            found = null;
        }
        // A slower, older answer must not replace a newer one.
        if (mine !== this.asked || document.activeElement !== this.input) return;
        if (found === null) return this.say("The search failed. Type on to try again.", true);
        this.open(found.filter((one) => !this.has(one.id)));
    }

    has(id) {
        return this.isMultiple && [...this.box.querySelectorAll("input[type=hidden]")].some((kept) => kept.value === String(id));
    }

    open(options) {
        this.options = options;
        this.active = -1;
        this.list.replaceChildren(...options.map((option, index) => {
            const item = document.createElement("li");
            item.id = `${this.list.id}_${index}`;
            item.setAttribute("role", "option");
            item.setAttribute("aria-selected", "false");
            item.textContent = option.text;
            return item;
        }));
        const none = options.length === 0;
        this.list.hidden = none;
        this.input.setAttribute("aria-expanded", String(!none));
        this.input.removeAttribute("aria-activedescendant");
        this.say(none ? "Nothing found" : `${options.length} found`, none);
    }

    say(text, isVisible = false) {
        this.status.textContent = text;
        this.status.className = isVisible ? "combobox-note" : "visually-hidden";
    }

    close() {
        clearTimeout(this.timer);
        this.asked++;
        this.list.hidden = true;
        this.options = [];
        this.active = -1;
        this.input.setAttribute("aria-expanded", "false");
        this.input.removeAttribute("aria-activedescendant");
        this.say("");
    }

    move(to) {
        const items = [...this.list.children];
        this.active = (to + items.length) % items.length;
        items.forEach((item, index) => item.setAttribute("aria-selected", String(index === this.active)));
        items[this.active].scrollIntoView({ block: "nearest" });
        this.input.setAttribute("aria-activedescendant", items[this.active].id);
    }

    choose(index) {
        const { id, text } = this.options[index];
        if (this.isMultiple) {
            this.box.insertBefore(this.chip(id, text), this.input.closest(".combobox"));
            this.input.value = "";
        } else {
            this.hidden.value = id;
            this.input.value = this.chosenText = text;
        }
        this.close();
        this.say(`${text} chosen`);
        this.changed();
        this.input.dispatchEvent(new CustomEvent("combobox:chosen", { bubbles: true }));
    }

    changed() {
        this.input.dispatchEvent(new Event("change", { bubbles: true }));
    }

    key(event) {
        const isOpen = !this.list.hidden;
        if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            if (!isOpen) return this.input.value.trim() ? this.ask() : undefined;
            const down = event.key === "ArrowDown";
            this.move(this.active < 0 ? (down ? 0 : -1) : this.active + (down ? 1 : -1));
        } else if (event.key === "Enter" && isOpen && this.active >= 0) {
            event.preventDefault();
            this.choose(this.active);
        } else if (event.key === "Escape" && isOpen) {
            event.preventDefault();
            this.close();
        } else if (event.key === "Backspace" && this.isMultiple && !this.input.value) {
            const last = [...this.box.querySelectorAll(".chip .x")].at(-1);
            last?.click();
        }
    }
}

for (const input of document.querySelectorAll("input[data-combobox]")) new Combobox(input);
