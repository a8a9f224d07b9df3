"""Facts about a life: ages, illness, hardship, and what is rare when it comes together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from market.domain.proceeds.linter_finding import Finding, Rule
from market.domain.proceeds.linter_reading import Reading

_YEARS = "(?:[0-9]{1,2}|[一二三四五六七八九十两]{1,3})"
_AGE = re.compile(
    rf"(?:今年|我|已经|刚|快|马上|过了|就要|满|才|也)?(?:是|有|快|满|刚满|过|要)?{_YEARS}\s?周?岁(?:半|多|了)?(?!以[上下内]|及|到|至|的?儿童|适|版|组|人群|—|-|~|\+|起)"
)
_FITS_AN_AGE = re.compile(
    rf"(?:适合|适用|[0-9]\s?[-~—到至]\s?|[一二三四五六七八九十]到){_YEARS}\s?周?岁|{_YEARS}岁的?(?:孩子|小朋友|儿童)?(?:看|读|用|穿|玩)的"
)
_ILLNESS = re.compile(
    r"白血病|自闭症?|孤独症|脑瘫|癫痫|糖尿病|血友病|哮喘|先心病|心脏病|唐氏|听障|听力(?:不好|障碍|受损|残疾)|耳聋|聋哑|聋人|失聪|盲童|失明|弱视|视力残疾|看不见|智力(?:障碍|残疾|低下)|智障"
    r"|多动症|抑郁症?|抑郁|焦虑症|肾病|尿毒症|癌症?(?!细胞)|肿瘤|截肢|残疾|瘫痪|瘫了|渐冻|罕见病|\bSMA\b|肌营养|肌肉萎缩|地中海贫血|再生障碍|成骨不全|瓷娃娃|侏儒|唇腭裂|兔唇|烧伤|烫伤|艾滋|乙肝|肺结核|化疗|放疗|透析"
    "|骨髓移植|移植手术|坐轮椅|轮椅|假肢|助听器|人工耳蜗|耳蜗|盲杖|拄拐|尿毒|精神病|精神分裂|精神疾病|不会说话|发育迟缓|语言障碍|口吃|结巴|重病|大病|手术|住院|开刀|白化病|红斑狼疮|川崎病|紫癜|脊柱侧弯|小儿麻痹|腿脚不方便|走路不稳"
    "|中风|偏瘫|老年痴呆|尿床|遗尿|脑瘤|吃药控制|leuk(?:a)?emia|autis(?:m|tic)|cerebral palsy|epilepsy|diabet(?:es|ic)|asthma|heart disease|deaf|blind(?!s|fold)|disabled|disability|wheelchair|hearing aid|cochlear|cancer|tumou?r|chemotherapy|dialysis|depression|Down syndrome|paraly[sz]ed",
    re.IGNORECASE,
)
_HARDSHIP = re.compile(
    "低保|特困|孤儿|单亲|单身(?:妈妈|爸爸)|离异|离婚|离了婚|改嫁|再婚|去世|过世|走了以后|不在了|没了爸|没了妈|病逝|车祸|坐牢|服刑|入狱|监狱|判刑|吸毒|戒毒|困境|贫困|困难家庭|家里穷|没有?钱|欠债|欠了?钱|留守|失踪|离家出走|抛弃|遗弃|弃养|弃婴|家暴"
    "|打我|酗酒|父母双亡|没有爸爸|没有妈妈|没见过(?:爸|妈|父|母)|爸妈都不|不要我|跑了|失业|下岗|揭不开锅|断了?粮|没饭吃|没人管|养不起|供不起|穷|捡(?:废品|破烂|垃圾|瓶子)|收废品|福利院|领养|收养|寄养|事实无人|助学|资助|救济|吃不起|买不起|交不起|舍不得"
    "|orphan|divorc(?:e|ed)|passed away|died|in prison|in jail|single[- ](?:mother|father|parent)|poor family|poverty|low[- ]income|abandoned|adopted|foster",
    re.IGNORECASE,
)
_PLACE = re.compile(
    "(?:鼓楼|秦淮|建邺|玄武|雨花台?|栖霞|浦口|江宁|六合|溧水|高淳)区|(?:老家|家乡)(?:是|在)?(?!的|里|看|过)[\u4e00-\u9fff]{2,4}|(?:从|来自)(?:安徽|河南|贵州|四川|云南|甘肃|青海|新疆|西藏|宁夏|内蒙古?|广西|海南|山东|山西|陕西|江西|湖南|湖北|福建|东北|黑龙江|吉林|辽宁|苏北|盐城|宿迁|淮安|连云港|徐州|阜阳|六安)"
    "|[\u4e00-\u9fff]{2,4}(?:街道|社区)(?!里|的?活动|的?志愿|工作|食堂|图书|中心|市集)|from (?:Anhui|Henan|Guizhou|Sichuan|Yunnan|Gansu|Xinjiang|Tibet|Africa|Russia)"
)
_RARE = (
    (
        "people",
        re.compile(
            "(?:苗|回|藏|维吾尔|彝|壮|满|蒙古|侗|土家|瑶|白|哈萨克|朝鲜|傣|黎|畲|哈尼)族(?!服|舞|歌|音|乐|风|餐|馆|博)|混血|外国人|外籍|(?:从|在)(?:国外|日本|韩国|美国|非洲|俄罗斯|越南|缅甸)(?:回来|出生|长大|来)"
        ),
    ),
    (
        "birth",
        re.compile(
            "双胞胎|龙凤胎|三胞胎|多胞胎|(?:[三四五六七][个兄姐]?(?:姐妹|兄弟|姊妹)|兄弟姐妹[三四五六七]个|最小的第[三四五六七])|\\b(?:twins?|triplets?)\\b"
        ),
    ),
    (
        "honour",
        re.compile(
            "(?:市|省|区|全国|全校|年级|校)(?:里|拿了?|得了?|获得?)?(?:的)?(?:冠军|亚军|季军|第一名?|一等奖|二等奖|金奖|状元|十佳)|大队长|校队队长|学生会主席|升旗手|国旗班|上过电视|上过报纸|(?:city|national|school) champion"
        ),
    ),
    (
        "work",
        re.compile(
            "(?:爸爸?|妈妈?|爷爷|奶奶|父亲|母亲|外公|外婆)(?:是|在|做|当|开|卖|送)(?:了)?[\u4e00-\u9fff]{0,8}?(?:卖[鱼菜肉水花小]|环卫|清洁工|保安|外卖|快递|司机|摊|店|工地|菜场|菜市场|早餐|早点|修车|修鞋|理发|货车|渔民|船|护工|保洁|门卫|锅炉|矿|消防员|警察|军人|医生|废品)"
        ),
    ),
    (
        "only",
        re.compile(
            "(?:班里|全校|学校|小区|村里|院里|社区|我们这)(?:里)?(?:就|只有|唯一)(?:我|一个)|唯一(?:的)?(?:一个)?(?:女生|男生|女孩|男孩|孩子)|only (?:girl|boy|child) in"
        ),
    ),
    (
        "move",
        re.compile(
            "(?:刚|新|才)(?:从[\u4e00-\u9fff]{1,8})?(?:转学|转来|搬来|插班)|转学(?:来|过来|生)|插班生|休学|复学|退学|借读|跳级|留级|三年没上学"
        ),
    ),
    (
        "looks",
        re.compile(
            "胎记|六指|左撇子|个子最[高矮]|最胖|光头|疤|白头发|兔唇|斜视|少了一[只根条]|戴(?:着)?眼罩|身高(?:只有)?[0-9一]"
        ),
    ),
    (
        "family",
        re.compile(
            "跟(?:着)?(?:爷爷|奶奶|外公|外婆|姑姑|舅舅|叔叔|大伯|姨妈|太奶奶|大姨)(?:奶奶|外婆)?(?:一起)?(?:过|长大|生活|住)|(?:爷爷|奶奶|外婆|外公|姑姑)(?:一个人)?(?:把我)?带大|只有(?:爷爷|奶奶|外婆|外公|爸爸|妈妈)(?:和我|一个人)|raised by|live(?:s)? with my (?:grand|aunt|uncle)"
        ),
    ),
)
_FEWEST = 2


def facts_in(reading: Reading) -> Iterator[Finding]:
    """Ages, illness and hardship each alone; two rare facts or more wherever they stand."""
    text = reading.masked
    fitting = [found.span() for found in _FITS_AN_AGE.finditer(text)]
    for found in _AGE.finditer(text):
        if not any(start < found.end() and found.start() < end for start, end in fitting):
            yield Finding(Rule.AGE, found.start(), found.end())
    told: dict[str, tuple[int, int]] = {}
    for rule, pattern in ((Rule.ILLNESS, _ILLNESS), (Rule.HARDSHIP, _HARDSHIP)):
        for found in pattern.finditer(text):
            yield Finding(rule, found.start(), found.end())
            told.setdefault(rule, found.span())
    for kind, pattern in (("place", _PLACE), *_RARE):
        if first := pattern.search(text):
            told.setdefault(kind, first.span())
    if len(told) >= _FEWEST:
        yield Finding(
            Rule.RARE, min(one[0] for one in told.values()), max(one[1] for one in told.values())
        )
