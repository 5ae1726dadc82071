"""The built-in list of what no change may touch, by nature a judge. The settings add to it; nothing takes away.

Paths are matched without regard to case. What a tool looks for in every folder stands with `**/`; what it looks for at
the repository's root alone, without.
"""

from factory.plain import words

# The rules, what judges, and what runs on a CI's machine by itself: what every version has held, in this order.
FIRST = words("""
    D_ROADMAP.md AC_LEDGER.md ssot/** guards/** .factory/**
    **/conftest.py **/pytest.ini **/.pytest.ini **/pytest.toml **/.pytest.toml **/tox.ini **/setup.cfg **/.coveragerc
    justfile Justfile .justfile **/.gitattributes .gitmodules .lfsconfig .pre-commit-config.yaml .husky/** lefthook.yml
    .ci/** .github/** .gitlab/** .gitlab-ci.yml .circleci/** .buildkite/** .forgejo/** .gitea/** .woodpecker/**
    .woodpecker.yml .drone.yml .travis.yml .cirrus.yml .appveyor.yml appveyor.yml azure-pipelines.yml
    bitbucket-pipelines.yml Jenkinsfile CODEOWNERS
""")
# CI systems and hosts that build whatever is pushed, under the other names that they go by.
CI = words("""
    **/.gitlab-ci*.y*ml .woodpecker.y*ml .drone.* .travis.y*ml .cirrus.* .appveyor.y*ml appveyor.y*ml
    **/azure-pipelines*.y*ml .azure-pipelines/** .azuredevops/** .pipelines/** .vsts-ci.yml bitbucket-pipelines.y*ml
    **/Jenkinsfile* **/cloudbuild*.y*ml **/cloudbuild*.json **/buildspec*.y*ml .tekton/** .semaphore/** .teamcity/**
    .harness/** .builds/** .build.yml codemagic.yaml wercker.yml bitrise.yml zuul.d/** .zuul.d/** .zuul.y*ml .space.kts
    .onedev-buildspec.yml codeship-*.yml .scrutinizer.yml .readthedocs.y*ml netlify.toml vercel.json amplify.yml
    render.yaml heroku.yml .mergify.yml .kodiak.toml docs/CODEOWNERS
""")
# Git hooks, under the names of those who manage them.
HOOKS = words("""
    **/.pre-commit* **/prek.toml **/.husky/** **/.huskyrc* **/lefthook*.y*ml **/lefthook*.toml **/lefthook*.json
    **/.lefthook* **/.lefthook*/** **/.overcommit.yml **/.git-hooks/** **/.githooks/** **/captainhook.json
    **/grumphp.yml **/.lintstagedrc* **/lint-staged.config.* **/.simple-git-hooks* **/simple-git-hooks.*
""")
# What an editor, a shell, a package manager or a build starts by itself, in whatever folder it is opened.
STARTED = words("""
    **/.vscode/** **/*.code-workspace **/.idea/** **/.fleet/** **/.zed/** **/.vs/** **/.exrc **/.nvimrc **/.nvim.lua
    **/.vimrc **/.dir-locals*.el **/*.sublime-project **/.envrc **/.autoenv* **/mise*.toml **/.mise*.toml **/.mise/**
    **/.config/mise/** **/.devcontainer/** **/.devcontainer.json **/.gitpod* .replit **/.idx/** **/.codesandbox/**
    **/.npmrc **/.yarnrc* **/.yarn/plugins/** **/.yarn/releases/** **/.pnpmfile.*js **/bunfig.toml **/binding.gyp
    **/.cargo/** **/rust-toolchain **/rust-toolchain.toml **/build.rs **/pdm_build.py **/hatch_build.py **/.mvn/**
    **/gradle/wrapper/**
""")
# The settings and instructions that later workers, and people's own agents, read before all else.
STEERING = words("""
    **/AGENTS.md **/AGENTS.override.md **/CLAUDE.md **/CLAUDE.local.md **/GEMINI.md **/QWEN.md **/WARP.md **/.mcp.json
    **/.claude/** **/.codex/** **/.gemini/** **/.geminiignore **/.qwen/** **/.opencode/** **/opencode.json*
    **/.aider* **/.aider*/** **/.cursor/** **/.cursor* **/.windsurf/** **/.windsurf* **/.clinerules/** **/.roo/**
    **/.roo* **/.kiro/** **/.junie/** **/.augment/** **/.amazonq/** **/.aiassistant/** **/.trae/** **/.continue/**
    **/.goosehints **/.rules **/.agents/** **/.agent/** **/copilot-instructions.md
""")
PROTECTED = (*FIRST, *CI, *HOOKS, *STARTED, *STEERING)
