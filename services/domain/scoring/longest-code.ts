/**
 * Python: the range of lines that is valid Python and has the most non-blank lines, the first if there are several. AFlow tries
 * all ranges; trying the fullest first finds the same one. As in AFlow, a single line is taken only if there is nothing else.
 */
export const longestCode = `
import ast
from bisect import bisect_left, bisect_right
from itertools import accumulate

def is_python(text):
    try:
        ast.parse(text)
        return True
    except (SyntaxError, MemoryError):
        return False

def longest_code(text):
    lines = text.split("\\n")
    filled = [0, *accumulate(1 if line.strip() else 0 for line in lines)]
    for wanted in range(filled[-1], 0, -1):
        for start in range(len(lines)):
            low = bisect_left(filled, filled[start] + wanted)
            high = bisect_right(filled, filled[start] + wanted)
            for end in range(max(low, start + 2), high):
                part = "\\n".join(lines[start:end])
                if is_python(part):
                    return part
    return lines[0]
`;
