// A page that says nothing: this month's calendar in the browser's own language.
const now = new Date();
const main = document.getElementById('month')!;
const heading = document.createElement('h1');
heading.textContent = now.toLocaleDateString(undefined, { month: 'long', year: 'numeric' });
const table = document.createElement('table');
const head = table.createTHead().insertRow();
for (let day = 1; day <= 7; day++) {
  const cell = document.createElement('th');
  cell.textContent = new Date(2024, 0, day).toLocaleDateString(undefined, { weekday: 'short' });
  head.append(cell);
}
const body = table.createTBody();
const days = new Date(now.getFullYear(), now.getMonth() + 1, 0).getDate();
const skip = (new Date(now.getFullYear(), now.getMonth(), 1).getDay() + 6) % 7;
let row = body.insertRow();
for (let cell = 0; cell < skip; cell++) row.insertCell();
for (let day = 1; day <= days; day++) {
  if (row.cells.length === 7) row = body.insertRow();
  const cell = row.insertCell();
  cell.textContent = String(day);
  if (day === now.getDate()) cell.className = 'today';
}
main.append(heading, table);

export {};
