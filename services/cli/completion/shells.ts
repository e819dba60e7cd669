import type { Completion } from './complete-words.ts';

/** A shell that can be told what may come next on a line. */
export interface Shell {
  /**
   * What the shell reads at its start. It asks the program itself at each TAB, so that it need never be made anew.
   * @param launcher what starts the program, quoted for the shell; never what was typed, which nobody has confirmed yet
   */
  script(launcher: string): string;
  /** The answer to it: a first line with "files", "folders" or "none", then a line for each candidate. */
  answer(completion: Completion): string;
}

function answerWith(line: (candidate: Completion['candidates'][number]) => string): Shell['answer'] {
  return ({ files, candidates }) => [files, ...candidates.map(line)].join('\n');
}

function firstSentence(description: string): string {
  return description.split(/;|\n/, 1)[0] ?? '';
}

const bash: Shell = {
  answer: answerWith(({ word }) => word),
  script: (launcher) => `# Completion of scale for bash: eval "$(scale completion bash)" in ~/.bashrc
_scale_complete() {
  local current=\${COMP_WORDS[COMP_CWORD]} paths= line
  [ "$current" = = ] && current=
  COMPREPLY=()
  while IFS= read -r line; do
    if [ -z "$paths" ]; then paths=$line; else COMPREPLY+=("$line"); fi
  done < <(${launcher} completion bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  case $paths in
    files) paths=-f ;;
    folders) paths=-d ;;
    *) return 0 ;;
  esac
  # bash before 4 lacks compopt, and then only leaves out the slash after a folder.
  compopt -o filenames 2>/dev/null
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$paths" -- "$current")
  return 0
}
complete -F _scale_complete scale scale-search
`,
};

const zsh: Shell = {
  answer: answerWith(({ word, description }) => {
    const plain = word.replaceAll(':', '\\:');
    return description === '' ? plain : `${plain}:${firstSentence(description)}`;
  }),
  script: (launcher) => `#compdef scale scale-search
# Completion of scale for zsh: eval "$(scale completion zsh)" in ~/.zshrc, after compinit
_scale() {
  local -a answers
  answers=("\${(@f)$(${launcher} completion zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  local paths=$answers[1]
  shift answers
  (( $#answers )) && _describe -o scale answers
  case $paths in
    files) _files ;;
    folders) _files -/ ;;
  esac
}
if [ "$funcstack[1]" = _scale ]; then _scale "$@"; else compdef _scale scale scale-search; fi
`,
};

const fish: Shell = {
  answer: answerWith(({ word, description }) => (description === '' ? word : `${word}\t${firstSentence(description)}`)),
  script: (launcher) => `# Completion of scale for fish: scale completion fish | source, in ~/.config/fish/config.fish
function __scale_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    set -l answers (${launcher} completion fish -- $words "$current" 2>/dev/null)
    set -q answers[1]; or return
    set -l paths $answers[1]
    set -e answers[1]
    test (count $answers) -gt 0; and printf '%s\\n' $answers
    switch $paths
        case files
            __fish_complete_path $current
        case folders
            __fish_complete_directories $current
    end
end
complete -c scale -f -a '(__scale_complete)'
complete -c scale-search -f -a '(__scale_complete)'
`,
};

export const shells = { bash, zsh, fish } as const;

export type ShellName = keyof typeof shells;
