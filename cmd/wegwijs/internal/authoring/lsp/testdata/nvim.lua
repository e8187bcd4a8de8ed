-- Neovim, without a window: it opens a page of the site, types a mistake that is
-- never saved, asks for the way out, and renames the page. It prints what it saw.
local program, dir = os.getenv('PROGRAM'), os.getenv('SITE')
local file = dir .. '/content/nl/e-mail/imap.md'
local function wait(what, f)
  if not vim.wait(20000, f, 5) then error('waited in vain for ' .. what) end
end
local ok, err = pcall(function()
  local said = {}
  vim.cmd('edit ' .. file)
  vim.bo.filetype = 'markdown'
  local client = vim.lsp.start_client({ name = 'wegwijs', cmd = { program, '--lang', 'nl', 'lsp' }, root_dir = dir })
  vim.lsp.buf_attach_client(0, client)
  wait('the server', function() return vim.lsp.get_client_by_id(client) and vim.lsp.get_client_by_id(client).initialized end)
  vim.api.nvim_buf_set_lines(0, -1, -1, false, { '😀 [x](popp.md)' })
  wait('a finding', function() return #vim.diagnostic.get(0) > 0 end)
  local d = vim.diagnostic.get(0)[1]
  said.code, said.col = d.code or d.user_data.lsp.code, d.col
  local last = vim.api.nvim_buf_line_count(0)
  vim.api.nvim_win_set_cursor(0, { last, 8 })
  local params = vim.lsp.util.make_range_params()
  params.context = { diagnostics = {} }
  local answer = vim.lsp.buf_request_sync(0, 'textDocument/codeAction', params, 20000)
  vim.lsp.util.apply_workspace_edit(answer[client].result[1].edit, 'utf-16')
  said.line = vim.api.nvim_buf_get_lines(0, last - 1, last, false)[1]
  wait('no finding', function() return #vim.diagnostic.get(0) == 0 end)
  answer = vim.lsp.buf_request_sync(0, 'textDocument/definition', vim.lsp.util.make_position_params(), 20000)
  said.leads = answer[client].result[1].uri:match('[^/]*$')
  vim.cmd('write')
  vim.api.nvim_win_set_cursor(0, { 2, 0 })
  params = vim.lsp.util.make_position_params()
  params.newName = 'e-mail/ontvangen'
  answer = vim.lsp.buf_request_sync(0, 'textDocument/rename', params, 20000)
  vim.lsp.util.apply_workspace_edit(answer[client].result, 'utf-16')
  vim.cmd('silent! wall')
  vim.lsp.stop_client(client)
  wait('the end', function() return vim.lsp.client_is_stopped(client) end)
  io.stdout:write(vim.fn.json_encode(said))
end)
if not ok then
  io.stderr:write(tostring(err) .. '\n')
  vim.cmd('cquit')
end
vim.cmd('qall!')
