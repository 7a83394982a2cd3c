// What callers say, as a recogniser writes it down: lower case, words missing, homophones, fillers. The first
// table was used while the rules were written; the second was not.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <span>

#include "providers/local_llm/hillside_test.hpp"

namespace frontdesk::local_llm {
namespace {

struct Case {
  const char* said;
  const char* source;   ///< some source begins so; "" = no source at all
  const char* keyword;  ///< part of the reply, any case
};

constexpr Case kDevelopment[] = {
    {"what time do you open", "hours", "8 am"},
    {"what are your opening hours", "hours", "Monday"},
    {"what are your our", "hours", "Monday"},
    {"when do you close today", "hours", "5:30 pm"},
    {"are you open now", "hours", "until"},
    {"you open tomorrow", "hours", "tomorrow"},
    {"are you open on saturday", "hours", "9 am to 1 pm"},
    {"hi um are you guys open sundays", "hours", "closed"},
    {"what time do you clothes on friday", "hours", "2 pm"},
    {"do you close for lunch", "hours", "12:30 pm"},
    {"are you open christmas day", "hours", "closed"},
    {"what are your hours on new years eve", "hours", "noon"},
    {"are you open at the weekend", "hours", "Saturday"},
    {"how late are you open on wednesday", "hours", "7 pm"},
    {"opening times please", "hours", "Monday"},
    {"are you open at six on wednesday", "hours", "Yes"},
    {"are you there on thursday", "hours", "Thursday"},
    {"what about boxing day are you open", "hours", "closed"},
    {"where are you", "address", "Mill Lane"},
    {"what's your address please", "address", "Mill Lane"},
    {"wear are you located", "address", "Mill Lane"},
    {"how do i get to you from the station", "directions", "opposite the library"},
    {"which bus do i take", "directions", "14"},
    {"is there parking", "parking", "eight free"},
    {"where can i park my car", "parking", "eight free"},
    {"do you have disabled parking", "faq:disabled-parking", "blue badge"},
    {"how much is a cleaning", "price:cleaning", "£65"},
    {"price of a cleaning", "price:cleaning", "£65"},
    {"how much is a check up", "price:checkup", "£48"},
    {"what do you charge for a checkup", "price:checkup", "£48"},
    {"cost of root canal", "price:root-canal", "£380"},
    {"how much would a route canal cost me", "price:root-canal", "£380"},
    {"how much for teeth whitening", "price:whitening", "£295"},
    {"what does invisalign cost", "price:aligners", "£1800"},
    {"how much is it for a filling", "price:filling", "£95 to £180"},
    {"how much does it cost to have a tooth out", "price:extraction", "£120"},
    {"hygenist price", "price:cleaning", "£65"},
    {"how much is a check up for my son", "price:child-checkup", "free"},
    {"what is the cost of an emergency appointment", "price:emergency", "£90"},
    {"do you do implants", "price:implant", "£2400"},
    {"do you offer teeth whitening", "price:whitening", "£295"},
    {"what treatments do you offer", "price:", "check-up"},
    {"is doctor patel in on thursday", "person:patel", "Yes"},
    {"is dr patel in tomorrow", "person:patel", "Yes"},
    {"is dr patel working on friday", "person:patel", "No"},
    {"what days is doctor okafor in", "person:okafor", "Wednesday"},
    {"when is dr lindquist in", "person:lindqvist", "Wednesday"},
    {"who is the dentist", "person:", "Patel"},
    {"who is dr okafor", "person:okafor", "gentle"},
    {"who is the practice manager", "person:tom", "Tom Birch"},
    {"who is in today", "person:", "Patel"},
    {"are you taking on new patients", "faq:new-patients", "taking new patients"},
    {"can i register with you", "faq:new-patients", "form"},
    {"are you nhs", "faq:nhs", "private"},
    {"do you see children", "faq:children", "children"},
    {"is there wheelchair access", "faq:wheelchair", "ramp"},
    {"i'm really scared of the dentist", "faq:nervous", "pace"},
    {"how often should i come for a check up", "faq:how-often", "six months"},
    {"can i pay monthly", "faq:payment-plan", "£16.50"},
    {"how soon can i get an appointment", "faq:waiting-time", "two weeks"},
    {"what do i need to bring to my first appointment", "faq:what-to-bring", "medicines"},
    {"i've chipped my tooth", "faq:broken-tooth", "rinse"},
    {"my filling fell out", "faq:lost-filling", "chewing"},
    {"my gums are bleeding when i brush", "faq:bleeding-gums", "gum"},
    {"is it safe to come while i'm pregnant", "faq:pregnant", "safe"},
    {"does whitening hurt", "faq:whitening-safe", "sensitive"},
    {"does anyone there speak hindi", "faq:languages", "Hindi"},
    {"can i see a female dentist", "faq:female-dentist", "Patel"},
    {"i'm going to be ten minutes late", "faq:late", "ten minutes"},
    {"can i bring my dog", "faq:dogs", "ssistance dogs"},
    {"do you take bupa insurance", "policy:insurance", "Bupa"},
    {"what is your cancellation policy", "policy:cancellation", "24 hours"},
    {"can i pay by card", "policy:payment", "card"},
    {"is this call being recorded", "policy:privacy", "confidential"},
    {"what's your email", "email", " at hillsidedental dot"},
    {"what is your phone number", "phone", "0333 555 0100"},
    {"what's your website", "website", "dot example"},
    {"my face is swollen and it really hurts", "emergency", "0333 555 0199"},
    {"i've got terrible toothache", "emergency", "emergency"},
    {"he can't breathe", "emergency", "999"},
    {"i'd like to book an appointment", "", "your name"},
    {"can i make an appointment for a cleaning on tuesday", "", "your name"},
    {"i need to cancel my appointment", "", "cancellation"},
    {"i want to reschedule my appointment", "", "your name"},
    {"can i leave a message for dr patel", "", "Patel"},
    {"could someone call me back please", "", "your name"},
    {"can i speak to a real person", "", "message"},
    {"are you a robot", "", "automated"},
    {"am i talking to a real person", "", "automated"},
    {"hello", "", "help"},
    {"hi how are you", "", "well"},
    {"thank you", "", "anything else"},
    {"goodbye", "", "Goodbye"},
    {"that's all thanks bye", "", "Goodbye"},
    {"can you speak slower please", "", "Of course"},
    {"what's your name", "", "Holly"},
    {"you're useless", "", "sorry"},
    {"what's the weather like today", "", "sorry"},
    {"do you sell car insurance", "", ""},
    {"who won the football last night", "", "sorry"},
    {"what time do you open and how much is a check up", "price:checkup", "8 am"},
    {"how much is a cleaning and are you open saturday", "hours", "£65"},
};

constexpr Case kHeldOut[] = {
    {"could you tell me your opening times", "hours", "Monday"},
    {"what time are you open till tonight", "hours", "5:30 pm"},
    {"are you still open", "hours", "until"},
    {"what time do you shut on thursdays", "hours", "5:30 pm"},
    {"is the surgery open this saturday", "hours", "9 am"},
    {"do you open on a sunday at all", "hours", "closed"},
    {"are you closed on christmas eve", "hours", "Christmas Eve"},
    {"when are you open next monday", "hours", "8 am"},
    {"opening our for tomorrow please", "hours", "tomorrow"},
    {"are you open on the 26th of december", "hours", "closed"},
    {"what hours do you work on fridays", "hours", "2 pm"},
    {"do you have any evening opening", "hours", "Wednesday"},
    {"are you shut at lunchtime", "hours", "12:30 pm"},
    {"are you open at 7 in the morning tomorrow at 7 am", "hours", "No"},
    {"can you give me the address of the practice", "address", "Mill Lane"},
    {"what street are you on", "address", "Mill Lane"},
    {"what's the postcode for the sat nav", "address", "HS1 4AB"},
    {"how do i find you", "directions", "Mill Lane"},
    {"are you near the train station", "directions", "station"},
    {"is there anywhere to leave the car", "parking", "spaces"},
    {"do i have to pay for parking", "parking", "free"},
    {"i've got a blue badge where can i park", "faq:disabled-parking", "blue badge"},
    {"how much do you charge for scale and polish", "price:cleaning", "£65"},
    {"what would a crown cost", "price:crown", "£620"},
    {"how much are dentures", "price:denture", "£850"},
    {"can you tell me the price of veneers", "price:veneer", "£540"},
    {"what's the cost of braces for an adult", "price:braces", "£2200"},
    {"how much is a mouth guard for rugby", "price:mouthguard", "£85"},
    {"how much to get my teeth whitened", "price:whitening", "£295"},
    {"how much for a new patient exam", "price:new-patient", "£75"},
    {"is a check up for kids free", "price:child-checkup", "free"},
    {"how much to remove a wisdom tooth", "price:extraction", "£120"},
    {"do you do veneers", "price:veneer", "£540"},
    {"can i get invisible braces with you", "price:aligners", "£1800"},
    {"what services do you provide", "price:", "offer"},
    {"does doctor patel work on mondays", "person:patel", "Yes"},
    {"is doctor okafor there today", "person:okafor", "No"},
    {"will megan be in on tuesday", "person:megan", "Yes"},
    {"which days does dr patel work", "person:patel", "Thursday"},
    {"is tom in this friday", "person:tom", "Yes"},
    {"who's the orthodontist", "person:lindqvist", "Lindqvist"},
    {"who is your hygienist", "person:megan", "Megan"},
    {"tell me about doctor patel", "person:patel", "implants"},
    {"which dentists are working on saturday", "person:okafor", "Okafor"},
    {"do you have space for new patients", "faq:new-patients", "taking new patients"},
    {"i'd like to join the practice", "faq:new-patients", "new patients"},
    {"is it private or nhs", "faq:nhs", "private"},
    {"do you look after little kids", "faq:children", "children"},
    {"is there a ramp for my wheelchair", "faq:wheelchair", "ramp"},
    {"i get very anxious at the dentist can you help", "faq:nervous", "pace"},
    {"can you sedate me", "faq:nervous", "sedation"},
    {"how many times a year do i need a checkup", "faq:how-often", "six months"},
    {"is there any way to spread the payments", "faq:payment-plan", "12 months"},
    {"how long is the waiting list", "faq:waiting-time", "two weeks"},
    {"do i need to bring id", "faq:what-to-bring", "medicines"},
    {"can i do the forms online", "faq:forms", "link"},
    {"a piece of my tooth has broken off", "faq:broken-tooth", "pieces"},
    {"my crown has come off what do i do", "faq:lost-filling", "crown"},
    {"my gums bleed is that bad", "faq:bleeding-gums", "gum disease"},
    {"cold drinks make my teeth hurt", "faq:sensitive", "toothpaste"},
    {"are x rays ok when you're pregnant", "faq:pregnant", "pregnan"},
    {"how soon can i eat after a tooth is taken out", "faq:after-extraction", "gauze"},
    {"is whitening bad for your teeth", "faq:whitening-safe", "safe"},
    {"do you have someone who speaks gujarati", "faq:languages", "Gujarati"},
    {"i'd rather see a woman dentist", "faq:female-dentist", "women"},
    {"i'm stuck in traffic and running late", "faq:late", "late"},
    {"how do i get my dental records", "faq:records", "records"},
    {"who do i complain to", "faq:complaint", "Tom Birch"},
    {"can you prescribe me some antibiotics", "faq:prescription", "prescrib"},
    {"do you do gift cards", "faq:gift-voucher", "vouchers"},
    {"do i have to wear a mask", "faq:covid-mask", "required"},
    {"have you got wifi there", "faq:wifi", "wifi"},
    {"are guide dogs ok", "faq:dogs", "ssistance"},
    {"which insurance companies do you work with", "policy:insurance", "Denplan"},
    {"how much notice do i have to give to cancel", "policy:cancellation", "24 hours"},
    {"will i be charged if i miss an appointment", "policy:cancellation", "£30"},
    {"do you take american express", "policy:payment", "American Express"},
    {"can i pay in cash", "policy:payment", "cash"},
    {"what's the email address", "email", "hello at"},
    {"do you have a web site", "website", "hillsidedental"},
    {"my tooth got knocked out", "emergency", "emergency"},
    {"i'm in agony with my tooth", "emergency", "emergency"},
    {"my husband has chest pain", "emergency", "999"},
    {"i want to see a dentist", "", "your name"},
    {"can you book me in for next week", "", "your name"},
    {"i can't make my appointment tomorrow can i move it", "", "your name"},
    {"please cancel my booking for friday", "", "cancellation"},
    {"can you ask doctor okafor to ring me back", "", "your name"},
    {"put me through to reception", "", "message"},
    {"i'd like to talk to someone", "", "message"},
    {"is this a machine", "", "automated"},
    {"good morning", "", "help"},
    {"cheers that's great", "", "anything else"},
    {"ok that's everything thank you goodbye", "", "Goodbye"},
    {"who am i speaking to", "", "Holly"},
    {"you're talking too fast", "", "Of course"},
    {"can you order me a pizza", "", "sorry"},
    {"what's the capital of france", "", "sorry"},
    {"do you fix washing machines", "", "sorry"},
    {"where are you and is there parking", "parking", "Mill Lane"},
    {"how much is whitening and do you take bupa", "policy:insurance", "£295"},
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

bool as_expected(const Case& one, const Reply& reply) {
  const std::string wanted = one.source;
  const bool source = wanted.empty() ? reply.sources.empty()
                                     : std::any_of(reply.sources.begin(), reply.sources.end(),
                                                   [&](const auto& s) { return s.starts_with(wanted); });
  return source && lower(reply.text).find(lower(one.keyword)) != std::string::npos;
}

double accuracy(const char* title, std::span<const Case> cases, bool with_embedder) {
  std::size_t right = 0;
  for (const Case& one : cases) {
    const Reply reply = testing::brain(with_embedder)->turn({one.said, "", "", testing::kMondayMorning, false});
    if (as_expected(one, reply)) {
      ++right;
      continue;
    }
    std::string sources;
    for (const auto& source : reply.sources) sources += source + " ";
    if (with_embedder)
      std::printf("  [%s] \"%s\" -> %.2f [%s] %s\n", title, one.said, static_cast<double>(reply.confidence),
                  sources.c_str(), reply.text.c_str());
  }
  const double share = static_cast<double>(right) / static_cast<double>(cases.size());
  std::printf("%s, %s: %zu of %zu right (%.1f %%)\n", title, with_embedder ? "words and meaning" : "words alone", right,
              cases.size(), 100 * share);
  return share;
}

TEST(Utterances, AreUnderstood) {
  ASSERT_NE(testing::embedder(), nullptr) << "run ./dev setup: the text model is not in " << testing::model_directory();
  EXPECT_GE(accuracy("development", kDevelopment, true), 0.95);
  EXPECT_GE(accuracy("held out", kHeldOut, true), 0.90);
}

TEST(Utterances, AreMostlyUnderstoodWithoutTheModel) {
  EXPECT_GE(accuracy("development", kDevelopment, false), 0.85);
  EXPECT_GE(accuracy("held out", kHeldOut, false), 0.75);
}

}  // namespace
}  // namespace frontdesk::local_llm
