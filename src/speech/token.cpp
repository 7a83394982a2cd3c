#include "speech/token.hpp"

namespace frontdesk::speech {
namespace {

using Text = std::string_view;

Token token_of(Text text) {
  const auto opens = [](char c) { return Text("\"'([{").find(c) != Text::npos; };
  const auto closes = [](char c) { return Text("\"')]}.,;:!?").find(c) != Text::npos; };
  Token token;
  while (!text.empty() && opens(text.front())) {
    if (text.front() == '(' && text.size() > 1 && is_digit(text[1])) break;  // an area code
    token.before += text.front();
    text.remove_prefix(1);
  }
  auto end = text.size();
  while (end > 0 && closes(text[end - 1])) {
    if (text[end - 1] == ')' && text.find('(') != Text::npos) break;
    --end;
  }
  token.core = text.substr(0, end);
  token.after = text.substr(end);
  return token;
}

}  // namespace

std::string lowered(Text text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::vector<Token> tokens_of(Text text) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = text.find_first_not_of(' ', at);
    if (begin == Text::npos) break;
    at = std::min(text.find(' ', begin), text.size());
    tokens.push_back(token_of(text.substr(begin, at - begin)));
  }
  return tokens;
}

}  // namespace frontdesk::speech
