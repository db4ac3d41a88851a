// What changed since a version, cell by cell.
import { element } from './api.js';

const marks = { '+': 'added', '-': 'removed', '@': 'gap', ' ': 'same' };

function linesNode(lines) {
  // A copy-paste and a screen reader get the marks too.
  return element('pre', { className: 'dflab-lines' }, ...lines.map(([mark, text]) => element('div', { className: `dflab-line dflab-${marks[mark]}`, textContent: `${mark} ${text}` })));
}

function cellNode(cell) {
  const place = cell.new ? `Cell ${cell.new}` : `Cell ${cell.old} of the old version`;
  const what = { added: 'added', removed: 'removed', changed: cell.lines.length ? 'changed' : 'same source', moved: 'moved' }[cell.change];
  return element('section', { className: `dflab-cell dflab-cell-${cell.change}` },
    element('h3', {}, `${place}: ${what}`, element('span', { className: 'dflab-soft', textContent: ` ${cell.type}${cell.change === 'changed' && cell.outputs ? ', other outputs' : ''}` })),
    cell.lines.length ? linesNode(cell.lines) : null);
}

export function differenceNode(difference) {
  const parts = difference.cells ? difference.cells.map(cellNode) : difference.lines.length ? [linesNode(difference.lines)] : [];
  return element('div', { className: 'dflab-difference', tabIndex: 0 }, ...(parts.length ? parts : [element('p', { textContent: 'Nothing has changed since that version.' })]));
}
