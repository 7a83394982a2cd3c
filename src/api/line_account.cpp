#include "api/line_account.hpp"

#include "reception/sip_accounts/account_json.hpp"

namespace frontdesk::api {
namespace {

constexpr int kUnprocessable = 422;

}  // namespace

tl::expected<sip_accounts::SipAccountForm, std::vector<sip_accounts::Problem>> checked_account(
    const boost::json::object& object, const std::string& country, bool has_password) {
  auto form = sip_accounts::account_from(object);
  if (!form) return tl::unexpected(form.error());
  const bool kept = has_password && form->password.empty();
  if (kept) form->password = base::Secret("kept");  // stands for the one that is stored
  auto checked = sip_accounts::check(*form, country);
  if (!checked.ok()) return tl::unexpected(checked.problems);
  if (kept) checked.account.password = {};
  return std::move(checked.account);
}

rest::Problem unusable(const std::vector<sip_accounts::Problem>& problems) {
  rest::Problem problem(kUnprocessable, "the account cannot be used like this: see problems", "validation");
  for (const auto& each : problems) problem.errors.push_back({each.field, {}, each.message});
  problem.more = sip_accounts::problems_json(problems);
  return problem;
}

}  // namespace frontdesk::api
