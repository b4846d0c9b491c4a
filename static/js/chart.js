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
    // Spoken without a space, the name and the figure would run into each other.
    row.append(label, " ", value);
    return row;
}

const within = (number, last) => Math.max(0, Math.min(number, last));

// What every chart does: focus, keys, pointer, a box for the text.
class Chart {
    constructor(frame) {
        this.frame = frame;
        this.read = JSON.parse(frame.dataset.read);
        this.marks = [];
        this.output = document.createElement("output");
        this.output.className = "plot-reading";
        this.output.setAttribute("aria-live", "polite");
        frame.append(this.output);
        frame.tabIndex = 0;
        // Screen readers keep the arrow keys to themselves anywhere else.
        frame.setAttribute("role", "application");
        frame.setAttribute("aria-roledescription", "chart");
        const summary = frame.querySelector(".plot").getAttribute("aria-label");
        frame.setAttribute("aria-label", `${summary} Arrow keys read the values.`);
        frame.addEventListener("keydown", (event) => this.key(event));
        for (const type of ["pointermove", "pointerdown"]) frame.addEventListener(type, (event) => this.point(event));
        // A finger leaves as soon as it has tapped: what it showed stays until the next tap elsewhere.
        frame.addEventListener("pointerleave", (event) => event.pointerType === "touch" || this.clear());
        frame.addEventListener("blur", () => this.clear());
    }

    // The drawings that this width shows.
    get bodies() {
        return [...this.frame.querySelectorAll(".plot-body")].filter((body) => body.getClientRects().length);
    }

    key(event) {
        if (event.altKey || event.ctrlKey || event.metaKey) return;
        if (event.key === "Escape") this.clear();
        else if (this.move(event.key)) event.preventDefault();
    }

    show(body, label, rows, marks) {
        this.clear();
        const heading = document.createElement("b");
        heading.textContent = label;
        this.output.append(heading, ...rows.map((row) => line(...row)));
        body.append(...marks);
        this.marks = marks;
        this.place(marks[0].getBoundingClientRect());
    }

    // Beside the mark, on the side with more room; set by script, as the policy wants no attribute.
    place(mark) {
        const frame = this.frame.getBoundingClientRect();
        const width = this.output.offsetWidth;
        const isLeft = mark.left + mark.right < frame.left + frame.right;
        const left = (isLeft ? mark.right + 12 : mark.left - width - 12) - frame.left;
        this.output.style.left = `${within(left, frame.width - width)}px`;
    }

    clear() {
        this.shown = null;
        this.output.replaceChildren();
        for (const mark of this.marks) mark.remove();
        this.marks = [];
    }
}

// Lines and bars over time: one place across for each date.
class Timeline extends Chart {
    // Each drawn point's height, by its place across, from the paths themselves.
    get groups() {
        this.known ??= [...this.frame.querySelectorAll("[data-row]")].map((group) => {
            const points = new Map();
            for (const path of group.querySelectorAll(".line, .points")) {
                for (const [, x, y] of path.getAttribute("d").matchAll(/[ML]([-\d.]+),([-\d.]+)/g)) {
                    points.set(Number(x), y);
                }
            }
            const css = group.getAttribute("class").split(" ")[0];
            return { row: Number(group.dataset.row), css, points };
        });
        return this.known;
    }

    move(key) {
        const last = this.read.labels.length - 1;
        const at = this.shown ?? (key === "ArrowLeft" ? last + 1 : -1);
        const page = Math.ceil(last / 10);
        const moves = { ArrowLeft: at - 1, ArrowRight: at + 1, PageUp: at - page, PageDown: at + page, Home: 0, End: last };
        if (!(key in moves)) return false;
        this.go(within(moves[key], last));
        return true;
    }

    point(event) {
        const box = this.bodies[0].getBoundingClientRect();
        const x = (1000 * (event.clientX - box.left)) / box.width;
        const distances = this.read.at.map((at) => Math.abs(at - x));
        this.go(distances.indexOf(Math.min(...distances)));
    }

    go(at) {
        if (at === this.shown) return;
        const x = this.read.at[at];
        const across = `${x / 10}%`;
        const marks = [make("line", { class: "mark", x1: across, x2: across, y1: 10, y2: 226 })];
        for (const { css, points } of this.groups) {
            if (points.has(x)) marks.push(make("circle", { class: `${css} mark`, cx: across, cy: points.get(x), r: 4 }));
        }
        const css = new Map(this.groups.map((group) => [group.row, group.css]));
        const rows = this.read.names.map((name, row) => [css.get(row) ?? "", name, this.read.rows[row][at]]);
        this.show(this.bodies[0], this.read.labels[at], rows, marks);
        this.shown = at;
    }
}

// Heat maps and calendars: cells, whose columns may stand in several drawings beneath each other.
class Grid extends Chart {
    move(key) {
        const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
        if (key === "Home") this.first(0, 1);
        else if (key === "End") this.first(this.read.cells[0].length - 1, -1);
        else if (!(key in steps)) return false;
        else if (!this.shown) this.first(0, 1);
        else this.step(...this.shown, ...steps[key]);
        return true;
    }

    // The first cell with a value, column by column.
    first(column, step) {
        for (let at = column; at in this.read.cells[0]; at += step) {
            const rows = this.read.cells.map((row, index) => (row[at] ? index : -1)).filter((index) => index >= 0);
            if (rows.length) return this.go(step > 0 ? rows[0] : rows.at(-1), at);
        }
    }

    step(row, column, down, right) {
        do {
            row += down;
            column += right;
        } while (this.read.cells[row] && column in this.read.cells[row] && !this.read.cells[row][column]);
        this.go(row, column);
    }

    point(event) {
        const body = this.bodies.find((one) => event.clientY < one.getBoundingClientRect().bottom) ?? this.bodies.at(-1);
        const box = body.getBoundingClientRect();
        const column = Math.floor(((event.clientX - box.left) / box.width) * body.dataset.columns);
        if (column < 0 || column >= body.dataset.columns) return this.clear();
        const row = Math.floor((event.clientY - box.top) / this.read.height);
        if (!this.go(row, column + Number(body.dataset.offset))) this.clear();
    }

    go(row, column) {
        const cell = this.read.cells[row]?.[column];
        if (!cell) return false;
        if (this.shown?.join() === [row, column].join()) return true;
        const body = this.bodies.findLast((one) => Number(one.dataset.offset) <= column);
        const { offset, columns } = body.dataset;
        const mark = make("rect", {
            class: "mark",
            x: `${(100 * (column - offset)) / columns}%`,
            width: `${100 / columns}%`,
            y: row * this.read.height,
            height: this.read.height,
        });
        this.show(body, cell[0], [["", cell[1], ""]], [mark]);
        this.shown = [row, column];
        return true;
    }
}

for (const frame of document.querySelectorAll(".plot-frame[data-read]")) {
    new ("cells" in JSON.parse(frame.dataset.read) ? Grid : Timeline)(frame);
}
