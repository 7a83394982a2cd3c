#include "json/parse.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace frontdesk::json {
namespace {

namespace bj = boost::json;
using bj::error_code;

/// Builds the value while it watches what the parser itself lets pass. The functions are those that basic_parser calls.
class Builder {
 public:
  static constexpr std::size_t max_object_size = 100'000;
  static constexpr std::size_t max_array_size = 100'000;
  static constexpr std::size_t max_key_size = 1'000;
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    levels_.push_back({});
    levels_.back().object = true;
    return true;
  }
  bool on_object_end(std::size_t count, error_code&) {
    stack_.push_object(count);
    return close();
  }
  bool on_array_begin(error_code&) {
    levels_.push_back({});
    return true;
  }
  bool on_array_end(std::size_t count, error_code&) {
    stack_.push_array(count);
    return close();
  }
  bool on_key_part(bj::string_view part, std::size_t, error_code&) {
    key_.append(part.data(), part.size());
    stack_.push_chars(part);
    return true;
  }
  bool on_key(bj::string_view part, std::size_t, error_code& error) {
    key_.append(part.data(), part.size());
    stack_.push_key(part);
    auto& level = levels_.back();
    level.key = std::exchange(key_, {});
    if (level.keys.insert(level.key).second) return true;
    return stop("this member is there twice: send it once", error);
  }
  bool on_string_part(bj::string_view part, std::size_t, error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(bj::string_view part, std::size_t, error_code&) {
    stack_.push_string(part);
    return value_done();
  }
  bool on_number_part(bj::string_view, error_code&) { return true; }
  bool on_int64(std::int64_t number, bj::string_view, error_code&) {
    stack_.push_int64(number);
    return value_done();
  }
  bool on_uint64(std::uint64_t number, bj::string_view, error_code&) {
    stack_.push_uint64(number);
    return value_done();
  }
  bool on_double(double number, bj::string_view, error_code& error) {
    if (!std::isfinite(number)) return stop("this number is too large", error);
    stack_.push_double(number);
    return value_done();
  }
  bool on_bool(bool flag, error_code&) {
    stack_.push_bool(flag);
    return value_done();
  }
  bool on_null(error_code&) {
    stack_.push_null();
    return value_done();
  }
  bool on_comment_part(bj::string_view, error_code&) { return true; }
  bool on_comment(bj::string_view, error_code&) { return true; }

  void reset() { stack_.reset(); }
  bj::value release() { return stack_.release(); }
  const std::string& advice() const { return advice_; }
  std::string pointer() const {
    std::string text;
    for (const auto& level : levels_)
      text += level.object ? pointer_step(level.key) : "/" + std::to_string(level.index);
    return text;
  }

 private:
  struct Level {
    bool object = false;
    std::size_t index = 0;
    std::string key;
    std::set<std::string> keys;
  };

  bool stop(std::string_view advice, error_code& error) {
    advice_ = advice;
    error = bj::error::syntax;
    return false;
  }
  bool close() {
    levels_.pop_back();
    return value_done();
  }
  bool value_done() {
    if (!levels_.empty()) ++levels_.back().index;
    return true;
  }

  bj::value_stack stack_;
  std::vector<Level> levels_;
  std::string key_;
  std::string advice_;
};

std::string words(const error_code& error, std::size_t at) {
  const auto near = " near byte " + std::to_string(at);
  if (error == bj::error::too_deep) return "lists and objects stand too deep in each other" + near;
  if (error == bj::error::incomplete) return "the JSON ends too early" + near;
  if (error == bj::error::extra_data) return "something follows the JSON value" + near;
  return "this is not JSON" + near + ": " + error.message();
}

}  // namespace

tl::expected<bj::value, Problem> parse(std::string_view text, const ParseLimits& limits) {
  if (text.size() > limits.bytes)
    return tl::unexpected(Problem{{}, "the JSON is longer than " + std::to_string(limits.bytes) + " bytes"});
  bj::parse_options options;
  options.max_depth = limits.depth;
  bj::basic_parser<Builder> parser(options);
  parser.handler().reset();
  error_code error;
  const auto used = parser.write_some(false, text.data(), text.size(), error);
  if (!error && used < text.size()) error = bj::error::extra_data;
  const auto& builder = parser.handler();
  if (error) {
    const auto pointer = error == bj::error::extra_data ? std::string() : builder.pointer();
    return tl::unexpected(Problem{pointer, builder.advice().empty() ? words(error, used) : builder.advice()});
  }
  return parser.handler().release();
}

}  // namespace frontdesk::json
