"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

function command() {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const chosen = vscode.workspace.getConfiguration("gipspec").get("command", "gipspec");
  return chosen.replace("${workspaceFolder}", folder);
}

async function start() {
  const server = { command: command(), args: ["lsp"] };
  const options = { documentSelector: [{ language: "gip" }] };
  client = new LanguageClient("gipspec", "gipspec", server, options);
  try {
    await client.start();
  } catch {
    vscode.window.showErrorMessage(
      `gipspec: '${server.command} lsp' does not start. Install it with pip install 'gipspec[lsp]', ` +
        "or set gipspec.command to the command of your environment."
    );
  }
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("gipspec.run", async () => {
      const document = vscode.window.activeTextEditor?.document;
      if (document?.languageId !== "gip") return;
      await document.save();
      const task = new vscode.Task(
        { type: "gipspec" },
        vscode.TaskScope.Workspace,
        "run",
        "gipspec",
        new vscode.ProcessExecution(command(), ["run", document.fileName])
      );
      await vscode.tasks.executeTask(task);
    }),
    vscode.commands.registerCommand("gipspec.restart", async () => {
      await client?.stop();
      await start();
    })
  );
  await start();
}

function deactivate() {
  return client?.stop();
}

module.exports = { activate, deactivate };
