// Reading a chart: the value under the pointer, or under the arrow keys.
// All texts come from the server; without this script the table beneath has the numbers.

const SVG = "http://www.w3.org/2000/svg";

function make(name, attributes) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
}

function line(css, name, text) {
    const row = document.createElement("span");
    row.className = css;
    const [label, value] = [document.createElement("i"), document.createElement("strong")];
    [label.textContent, value.textContent] = [name, text];
    // Spoken without a comma, the name and the figure would run into each other.
    row.append(label, " ", value);
    return row;
}

class Chart {
    constructor(frame) {
        this.frame = frame;
        this.body = frame.querySelector(".plot-body");
        this.read = JSON.parse(frame.dataset.read);
        this.at = -1;
        this.output = document.createElement("output");
        this.output.className = "plot-reading";
        this.output.setAttribute("aria-live", "polite");
        frame.append(this.output);
        frame.tabIndex = 0;
        // Screen readers keep the arrow keys to themselves anywhere else.
        frame.setAttribute("role", "application");
        frame.setAttribute("aria-roledescription", "chart");
        frame.setAttribute("aria-label", "Values, with the arrow keys");
        frame.addEventListener("keydown", (event) => this.key(event));
        frame.addEventListener("pointermove", (event) => this.point(event));
        frame.addEventListener("pointerleave", () => this.clear());
        frame.addEventListener("blur", () => this.clear());
    }

    get count() {
        return this.read.labels.length;
    }

    // Each drawn point's height, by row and by its place across, from the paths themselves.
    heights() {
        this.known ??= [...this.body.querySelectorAll("[data-row]")].map((group) => {
            const points = new Map();
            for (const path of group.querySelectorAll("path:not(.area)")) {
                for (const [, x, y] of path.getAttribute("d").matchAll(/[ML]([-\d.]+),([-\d.]+)/g)) {
                    points.set(Number(x), y);
                }
            }
            return { row: Number(group.dataset.row), css: group.getAttribute("class"), points };
        });
        return this.known;
    }

    key(event) {
        if (event.altKey || event.ctrlKey || event.metaKey) return;
        const last = this.count - 1;
        const page = Math.max(1, Math.round(this.count / 10));
        const moves = {
            ArrowLeft: this.at < 0 ? last : this.at - 1,
            ArrowRight: this.at + 1,
            PageUp: this.at - page,
            PageDown: this.at + page,
            Home: 0,
            End: last,
        };
        if (event.key === "Escape") return this.clear();
        if (!(event.key in moves)) return;
        event.preventDefault();
        this.show(Math.min(last, Math.max(0, moves[event.key])));
    }

    point(event) {
        const box = this.body.getBoundingClientRect();
        if (!box.width) return;
        const x = (1000 * (event.clientX - box.left)) / box.width;
        const distances = this.read.at.map((at) => Math.abs(at - x));
        this.show(distances.indexOf(Math.min(...distances)));
    }

    show(at) {
        if (at === this.at) return;
        this.clear();
        this.at = at;
        this.mark();
        const label = document.createElement("b");
        label.textContent = this.read.labels[at];
        const groups = new Map(this.heights().map((group) => [group.row, group]));
        this.output.append(
            label,
            ...this.read.names.map((name, row) => {
                const css = (groups.get(row)?.css ?? "").replace("lead", "");
                return line(css, name, this.read.rows[row][at]);
            }),
        );
        this.place();
    }

    mark() {
        const x = this.read.at[this.at];
        const marks = [make("line", { class: "mark", x1: `${x / 10}%`, x2: `${x / 10}%`, y1: 10, y2: 226 })];
        for (const { css, points } of this.heights()) {
            if (points.has(x)) {
                marks.push(make("circle", { class: `${css} mark`, cx: `${x / 10}%`, cy: points.get(x), r: 4 }));
            }
        }
        this.marks = marks;
        this.body.append(...marks);
    }

    // Beside the mark, on the side with more room.
    place() {
        const frame = this.frame.getBoundingClientRect();
        const body = this.body.getBoundingClientRect();
        const x = body.left - frame.left + (this.read.at[this.at] / 1000) * body.width;
        const width = this.output.offsetWidth;
        const left = x < frame.width / 2 ? x + 12 : x - width - 12;
        this.output.style.left = `${Math.max(0, Math.min(left, frame.width - width))}px`;
    }

    clear() {
        this.at = -1;
        this.output.replaceChildren();
        for (const mark of this.marks ?? []) mark.remove();
        this.marks = [];
    }
}

for (const frame of document.querySelectorAll(".plot-frame[data-read]")) new Chart(frame);
